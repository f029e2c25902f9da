// SendGrid client over its Mail Send API, version 3.
import { openMailApi } from './mail-api.ts'
import { commonHeaders, type Mailbox, type Mailer, mailVariable, messageIdOf } from './mailer.ts'

interface SendGridOptions {
  apiKey: string
  apiBase: string
  from: Mailbox
  replyTo: Mailbox | null
  timeoutMs: number
}

interface SendGridErrors {
  errors?: { message?: unknown; field?: unknown }[]
}

/** SendGrid reads a comma or a semicolon in a recipient's name as the end of the address, so such a name is left out. */
const recipientOf = ({ address, name }: Mailbox) =>
  name === '' || /[,;"]/.test(name) ? { email: address } : { email: address, name }
const senderOf = ({ address, name }: Mailbox) => (name === '' ? { email: address } : { email: address, name })

const parse = (body: string): SendGridErrors => {
  try {
    return (JSON.parse(body) as SendGridErrors | null) ?? {}
  } catch {
    return {}
  }
}

/** The errors in SendGrid's answer. A field `from` or `reply_to` is about the sender, not about this mail. */
const explain = (body: string): { reason: string; subject: 'mail' | 'sender' } => {
  const given = parse(body).errors
  const errors = Array.isArray(given) ? given : []
  const reason = errors.map(({ message, field }) => `${message ?? ''}${field ? ` (${field})` : ''}`).join('; ')
  return { reason, subject: errors.some(({ field }) => /^(from|reply_to)\b/.test(String(field))) ? 'sender' : 'mail' }
}

/** Links in mails hold tokens, so no link is rewritten; nothing is counted when a mail is opened. */
const tracking = {
  click_tracking: { enable: false, enable_text: false },
  open_tracking: { enable: false },
  subscription_tracking: { enable: false },
}

export const sendGridMailer = ({ apiKey, apiBase, from, replyTo, timeoutMs }: SendGridOptions): Mailer => {
  const api = openMailApi({ provider: 'SendGrid', variables: 'SENDGRID_API_KEY and MAIL_FROM', timeoutMs, explain })
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'application/json' }
  return {
    send: async ({ key, to, subject, text, html }) => {
      const mail = {
        personalizations: [{ to: [recipientOf(to)], custom_args: { [mailVariable]: key } }],
        from: senderOf(from),
        ...(replyTo === null ? {} : { reply_to: senderOf(replyTo) }),
        subject,
        content: [
          { type: 'text/plain', value: text },
          { type: 'text/html', value: html },
        ],
        headers: { ...commonHeaders, 'Message-ID': messageIdOf(key, from) },
        tracking_settings: tracking,
      }
      await api.post(`${apiBase}/v3/mail/send`, headers, JSON.stringify(mail))
    },
    close: api.close,
  }
}
