// Mailpit's search in small: words, phrases, `field:value`, each with `-` or `!` in front to exclude. All of it must match.
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

const has = (text: string, value: string): boolean => text.toLowerCase().includes(value)
const among = (addresses: readonly MailAddress[], value: string): boolean =>
  addresses.some(({ Name, Address }) => has(`${Name} <${Address}>`, value))

const fields: Record<string, (mail: StoredMail, value: string) => boolean> = {
  from: ({ summary }, value) => among([summary.From], value),
  to: ({ summary }, value) => among(summary.To, value),
  cc: ({ summary }, value) => among(summary.Cc, value),
  bcc: ({ summary }, value) => among(summary.Bcc, value),
  'reply-to': ({ summary }, value) => among(summary.ReplyTo, value),
  addressed: ({ summary: { From, To, Cc, Bcc, ReplyTo } }, value) => among([From, ...To, ...Cc, ...Bcc, ...ReplyTo], value),
  subject: ({ summary }, value) => has(summary.Subject, value),
  'message-id': ({ summary }, value) => has(summary.MessageID, value),
  is: ({ summary }, value) => (value === 'read' && summary.Read) || (value === 'unread' && !summary.Read),
  has: ({ summary, detail }, value) =>
    (['attachment', 'attachments'].includes(value) && summary.Attachments > 0) ||
    (value === 'inline' && detail.Inline.length > 0),
}

const anywhere = ({ summary, detail }: StoredMail, value: string): boolean => {
  const people = [summary.From, ...summary.To, ...summary.Cc, ...summary.Bcc]
  return (
    has(summary.Subject, value) ||
    has(detail.Text, value) ||
    has(summary.Snippet, value) ||
    among(people, value) ||
    has(detail.HTML.replace(/<[^>]*>/g, ' '), value)
  )
}

const holds = (mail: StoredMail, { field, value }: Term): boolean => {
  const test = fields[field]
  if (test) return test(mail, value)
  return anywhere(mail, field === '' ? value : `${field}:${value}`)
}

/** A test for `query`; everything matches an empty one. */
export const matcher = (query: string): ((mail: StoredMail) => boolean) => {
  const terms = termsOf(query)
  return (mail) => terms.every((term) => holds(mail, term) !== term.excluded)
}
