// Parts of a mail without layout. Both layouts render the same parts, so HTML and text say the same.
import type { Money } from '@cartwright/contracts'
import type { Say } from './texts/say.ts'

/** An amount below the goods of an order. */
export interface Sum {
  label: string
  amount: string
  isTotal: boolean
}

export type Part =
  /** A paragraph. */
  | { kind: 'text'; text: string }
  /** A one-time code, in large digits. */
  | { kind: 'code'; code: string }
  /** A link, shown as a button. */
  | { kind: 'link'; label: string; url: string }
  /** A table of names and values. */
  | { kind: 'facts'; facts: readonly (readonly [name: string, value: string])[] }
  /** Order lines, with amounts when a mail has them, and sums. */
  | {
      kind: 'goods'
      lines: readonly { name: string; detail: string; amount?: string }[]
      sums: readonly Sum[]
    }
  /** Small print. */
  | { kind: 'note'; text: string }

export interface MailContent {
  subject: string
  /** Preview text that a mail program shows beside the subject. */
  preview: string
  title: string
  parts: readonly Part[]
}

/** The reader of a mail, and what a template needs to write to them. */
export interface Reader {
  name: string | null
  /** A locale whose language the shop writes. */
  locale: string
  timeZone: string
  shopName: string
  /** Address of the shop without a trailing slash; links of the shop start with it. */
  publicUrl: string
  /** Link to the order of the mail; null when the mail has none. */
  orderUrl: string | null
  /** The decrypted one-time code, for mails that have one. */
  code: string | null
}

/** The reader, with everything that depends on their language. */
export interface Localized extends Reader {
  say: Say
  money(amount: Money): string
  /** Date and time of the reader, with the time zone. */
  moment(iso: string): string
}

/** A mail template. It is pure, so the same row renders the same mail. */
export interface Template<D> {
  render(data: D, reader: Localized): MailContent
}

/** Declares a template with its data typed. */
export const template = <D>(render: (data: D, reader: Localized) => MailContent): Template<D> => ({ render })

/** The code of a mail that needs one. @throws Error when there is none */
export const codeOf = (reader: Reader): string => {
  if (reader.code === null) throw new Error('this mail needs a code')
  return reader.code
}

export const text = (words: string): Part => ({ kind: 'text', text: words })
export const note = (words: string): Part => ({ kind: 'note', text: words })
export const link = (label: string, url: string): Part => ({ kind: 'link', label, url })
