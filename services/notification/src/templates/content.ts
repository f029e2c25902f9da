// What a template says, free of any form: the layouts turn the same parts into HTML and into text, so the two cannot differ.

export type Part =
  /** A paragraph. */
  | { kind: 'text'; text: string }
  /** A one-time code, in large digits. */
  | { kind: 'code'; code: string }
  /** A link that asks to be followed. */
  | { kind: 'link'; label: string; url: string }
  /** Names and values. */
  | { kind: 'facts'; facts: readonly (readonly [name: string, value: string])[] }
  /** Goods, with prices where they matter, and what they add up to; the last sum is the one that counts. */
  | {
      kind: 'goods'
      lines: readonly { name: string; detail: string; amount?: string }[]
      sums: readonly (readonly [name: string, amount: string])[]
    }
  /** Small print. */
  | { kind: 'note'; text: string }

export interface MailContent {
  subject: string
  /** What an inbox shows beside the subject. */
  preview: string
  title: string
  parts: readonly Part[]
}

/** For whom a mail is made. */
export interface Reader {
  name: string | null
  locale: string
  /** Address of the shop; every link of ours starts with it. Without a slash at the end. */
  publicUrl: string
  /** Opens the order that the mail is about; null for other mails. */
  orderUrl: string | null
  /** The opened one-time code, for mails that carry one. */
  code: string | null
}

/** A template: data in, words out. Pure, so the same row makes the same mail. */
export interface Template<D> {
  say(data: D, reader: Reader): MailContent
}

/** Declares a template with its data typed. */
export const template = <D>(say: (data: D, reader: Reader) => MailContent): Template<D> => ({ say })

/** The code of a mail that cannot do without. @throws Error when there is none */
export const codeOf = (reader: Reader): string => {
  if (reader.code === null) throw new Error('this mail needs a code')
  return reader.code
}

export const text = (words: string): Part => ({ kind: 'text', text: words })
export const note = (words: string): Part => ({ kind: 'note', text: words })
export const link = (label: string, url: string): Part => ({ kind: 'link', label, url })
