// Search in the mailbox, a subset of Mailpit's syntax: words, phrases and `field:value`; `-` or `!` excludes. All terms must match.
import type { MailAddress, StoredMail } from './mail.ts'

interface Term {
  field: string
  value: string
  excluded: boolean
}

const termPattern = /([-!]?)(?:([a-z-]+):)?(?:"([^"]*)"|([^\s"]+))/gi

const termsOf = (query: string): Term[] =>
  [...query.matchAll(termPattern)].map(([, sign, field, phrase, word]) => ({
    field: (field ?? '').toLowerCase(),
    value: (phrase ?? word ?? '').toLowerCase(),
    excluded: sign !== '',
  }))

const contains = (text: string, value: string): boolean => text.toLowerCase().includes(value)
const anyContains = (addresses: readonly MailAddress[], value: string): boolean =>
  addresses.some(({ Name, Address }) => contains(`${Name} <${Address}>`, value))

const fields: Record<string, (mail: StoredMail, value: string) => boolean> = {
  from: ({ summary }, value) => anyContains([summary.From], value),
  to: ({ summary }, value) => anyContains(summary.To, value),
  cc: ({ summary }, value) => anyContains(summary.Cc, value),
  bcc: ({ summary }, value) => anyContains(summary.Bcc, value),
  'reply-to': ({ summary }, value) => anyContains(summary.ReplyTo, value),
  addressed: ({ summary: { From, To, Cc, Bcc, ReplyTo } }, value) => anyContains([From, ...To, ...Cc, ...Bcc, ...ReplyTo], value),
  subject: ({ summary }, value) => contains(summary.Subject, value),
  'message-id': ({ summary }, value) => contains(summary.MessageID, value),
  is: ({ summary }, value) => (value === 'read' && summary.Read) || (value === 'unread' && !summary.Read),
  has: ({ summary, detail }, value) =>
    (['attachment', 'attachments'].includes(value) && summary.Attachments > 0) ||
    (value === 'inline' && detail.Inline.length > 0),
}

const anywhere = ({ summary, detail }: StoredMail, value: string): boolean => {
  const people = [summary.From, ...summary.To, ...summary.Cc, ...summary.Bcc]
  return (
    contains(summary.Subject, value) ||
    contains(detail.Text, value) ||
    contains(summary.Snippet, value) ||
    anyContains(people, value) ||
    contains(detail.HTML.replace(/<[^>]*>/g, ' '), value)
  )
}

const matches = (mail: StoredMail, { field, value }: Term): boolean => {
  const test = fields[field]
  if (test) return test(mail, value)
  return anywhere(mail, field === '' ? value : `${field}:${value}`)
}

/** Creates a predicate for `query`; an empty query matches every mail. */
export const matcher = (query: string): ((mail: StoredMail) => boolean) => {
  const terms = termsOf(query)
  return (mail) => terms.every((term) => matches(mail, term) !== term.excluded)
}
