// Parses a received mail into the shape of Mailpit's API.
import { createHash, randomInt } from 'node:crypto'
import { type AddressObject, type Attachment, type ParsedMail, simpleParser } from 'mailparser'

export interface MailAddress {
  Name: string
  Address: string
}

interface MailAttachment {
  PartID: string
  FileName: string
  ContentType: string
  ContentID: string
  Size: number
  Checksums: { MD5: string; SHA1: string; SHA256: string }
}

/** A mail in Mailpit's lists. */
export interface MailSummary {
  ID: string
  MessageID: string
  Read: boolean
  From: MailAddress
  To: MailAddress[]
  Cc: MailAddress[]
  Bcc: MailAddress[]
  ReplyTo: MailAddress[]
  Subject: string
  /** Time of receipt, RFC 3339. */
  Created: string
  Username: string
  Tags: string[]
  /** Bytes. */
  Size: number
  /** Number of attachments. */
  Attachments: number
  Snippet: string
}

/** Mailpit's detail of one mail. */
export interface MailDetail extends Omit<MailSummary, 'Read' | 'Created' | 'Attachments' | 'Snippet'> {
  ReturnPath: string
  /** Time in the mail's Date header, RFC 3339. */
  Date: string
  Text: string
  HTML: string
  Inline: MailAttachment[]
  Attachments: MailAttachment[]
  ListUnsubscribe: { Header: string; Links: string[]; Errors: string; HeaderPost: string }
}

export interface StoredMail {
  summary: MailSummary
  detail: MailDetail
  headers: Record<string, string[]>
  raw: Buffer
  parts: ReadonlyMap<string, { content: Buffer; contentType: string; fileName: string }>
}

export interface Envelope {
  from: string
  to: readonly string[]
  username: string
}

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const newId = (): string => Array.from({ length: 22 }, () => alphabet[randomInt(alphabet.length)]).join('')

const addressesOf = (given: AddressObject | AddressObject[] | undefined): MailAddress[] =>
  (given === undefined ? [] : [given].flat())
    .flatMap(({ value }) => value.flatMap((entry) => entry.group ?? [entry]))
    .map(({ name, address }) => ({ Name: name, Address: address ?? '' }))

const sum = (kind: string, content: Buffer): string => createHash(kind).update(content).digest('hex')

const attachmentOf = (attachment: Attachment, index: number): MailAttachment => ({
  PartID: String(index + 1),
  FileName: attachment.filename || '',
  ContentType: attachment.contentType,
  ContentID: attachment.cid ?? '',
  Size: attachment.size,
  Checksums: {
    MD5: sum('md5', attachment.content),
    SHA1: sum('sha1', attachment.content),
    SHA256: sum('sha256', attachment.content),
  },
})

/** `message-id` → `Message-Id`: Mailpit writes header names as Go does. */
const canonical = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())

const headersOf = (parsed: ParsedMail): Record<string, string[]> => {
  const headers: Record<string, string[]> = {}
  for (const { key, line } of parsed.headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim()
    const name = canonical(key)
    headers[name] = [...(headers[name] ?? []), value]
  }
  return headers
}

const snippetOf = (text: string, html: string): string =>
  (text || html.replace(/<(style|head)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')).replace(/\s+/g, ' ').trim().slice(0, 250)

const attachmentsOf = (parsed: ParsedMail) => {
  const all = parsed.attachments.map((attachment, index) => ({ attachment, view: attachmentOf(attachment, index) }))
  const isInline = ({ attachment }: (typeof all)[number]) => attachment.related || attachment.contentDisposition === 'inline'
  return {
    parts: new Map(
      all.map(({ attachment, view }) => [
        view.PartID,
        { content: attachment.content, contentType: view.ContentType, fileName: view.FileName },
      ]),
    ),
    inline: all.filter(isInline).map(({ view }) => view),
    attached: all.filter((one) => !isInline(one)).map(({ view }) => view),
  }
}

/** Parses a mail from SMTP. Recipients that are in no header become Bcc. */
export const storedMail = async (raw: Buffer, envelope: Envelope, receivedAt: Date): Promise<StoredMail> => {
  const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true })
  const { parts, inline, attached } = attachmentsOf(parsed)
  const To = addressesOf(parsed.to)
  const Cc = addressesOf(parsed.cc)
  const named = new Set([...To, ...Cc].map(({ Address }) => Address.toLowerCase()))
  const common = {
    ID: newId(),
    MessageID: (parsed.messageId ?? '').replace(/^<|>$/g, ''),
    From: addressesOf(parsed.from)[0] ?? { Name: '', Address: envelope.from },
    To,
    Cc,
    Bcc: envelope.to.filter((address) => !named.has(address.toLowerCase())).map((address) => ({ Name: '', Address: address })),
    ReplyTo: addressesOf(parsed.replyTo),
    Subject: parsed.subject ?? '',
    Username: envelope.username,
    Tags: [],
    Size: raw.length,
  }
  const Text = parsed.text ?? ''
  const HTML = parsed.html || ''
  return {
    summary: {
      ...common,
      Read: false,
      Created: receivedAt.toISOString(),
      Attachments: attached.length,
      Snippet: snippetOf(Text, HTML),
    },
    detail: {
      ...common,
      ReturnPath: envelope.from,
      Date: (parsed.date ?? receivedAt).toISOString(),
      Text,
      HTML,
      Inline: inline,
      Attachments: attached,
      ListUnsubscribe: { Header: '', Links: [], Errors: '', HeaderPost: '' },
    },
    headers: headersOf(parsed),
    raw,
    parts,
  }
}
