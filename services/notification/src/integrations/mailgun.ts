// Mailgun client over its Messages API, version 3.
import { FormData } from 'undici'
import { openMailApi } from './mail-api.ts'
import { commonHeaders, type Mailbox, type Mailer, mailVariable, messageIdOf } from './mailer.ts'

interface MailgunOptions {
  apiKey: string
  apiBase: string
  domain: string
  from: Mailbox
  replyTo: Mailbox | null
  timeoutMs: number
}

/** A mailbox as a header value: the name is a quoted string, so commas and quotes in it are no syntax. */
const headerOf = ({ address, name }: Mailbox): string =>
  name === '' ? address : `"${name.replace(/["\\]/g, (sign) => `\\${sign}`)}" <${address}>`

const messageOf = (body: string): string => {
  try {
    return String((JSON.parse(body) as { message?: unknown } | null)?.message ?? '')
  } catch {
    return body.trim().slice(0, 200)
  }
}

const explain = (body: string): { reason: string; subject: 'mail' | 'sender' } => {
  const reason = messageOf(body)
  return {
    reason,
    subject: /^'?(from|h:reply-to)'? parameter/i.test(reason) || /domain not found/i.test(reason) ? 'sender' : 'mail',
  }
}

/** Mailgun answers 200 for paths that it does not know, and an id only for a mail that it has queued. */
const isQueued = (body: string): boolean => /"id"\s*:\s*"/.test(body)

export const mailgunMailer = ({ apiKey, apiBase, domain, from, replyTo, timeoutMs }: MailgunOptions): Mailer => {
  const variables = 'MAILGUN_API_KEY, MAILGUN_DOMAIN, MAILGUN_API_BASE and MAIL_FROM'
  const api = openMailApi({ provider: 'Mailgun', variables, timeoutMs, explain })
  const headers = { authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`, accept: 'application/json' }
  const fieldsOf = (key: string, to: Mailbox): Record<string, string> => ({
    from: headerOf(from),
    to: headerOf(to),
    ...(replyTo === null ? {} : { 'h:Reply-To': headerOf(replyTo) }),
    'h:Message-Id': messageIdOf(key, from),
    ...Object.fromEntries(Object.entries(commonHeaders).map(([name, value]) => [`h:${name}`, value])),
    [`v:${mailVariable}`]: key,
    // Links in mails hold tokens, so no link is rewritten; nothing is counted when a mail is opened.
    'o:tracking': 'no',
  })
  return {
    send: async ({ key, to, subject, text, html }) => {
      const form = new FormData()
      for (const [name, value] of Object.entries({ ...fieldsOf(key, to), subject, text, html })) form.append(name, value)
      const body = await api.post(`${apiBase}/v3/${encodeURIComponent(domain)}/messages`, headers, form)
      if (!isQueued(body)) throw new Error('Mailgun’s answer names no queued mail; check MAILGUN_API_BASE')
    },
    close: api.close,
  }
}
