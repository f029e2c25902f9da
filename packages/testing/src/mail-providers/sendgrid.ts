// Fake of SendGrid's Mail Send API, version 3, and of its signed Event Webhook, as SendGrid documents both.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { type Answer, type ApiRequest, type FakeMailProvider, startMailApi, type TakenMail } from './mail-api.ts'

interface SendGridAddress {
  email?: unknown
  name?: unknown
}
interface MailSend {
  personalizations?: { to?: SendGridAddress[]; custom_args?: Record<string, unknown> }[]
  from?: SendGridAddress
  reply_to?: SendGridAddress
  subject?: unknown
  content?: { type?: unknown; value?: unknown }[]
  headers?: Record<string, unknown>
}

/** Headers that SendGrid sets itself and refuses in `headers`. */
const reserved = [
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
]
const isAddress = (value: unknown): value is string => typeof value === 'string' && /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(value)
const refusal = (status: number, message: string, field: string | null): Answer => ({
  status,
  body: { errors: [{ message, field, help: null }] },
})

const problemOf = ({ personalizations, from, subject, content, headers = {} }: MailSend): Answer | null => {
  const to = personalizations?.[0]?.to?.[0]
  if (!isAddress(to?.email)) return refusal(400, 'Does not contain a valid address.', 'personalizations.0.to.0.email')
  if (!isAddress(from?.email)) return refusal(400, 'The from email does not contain a valid address.', 'from.email')
  if (typeof subject !== 'string' || subject === '') return refusal(400, 'The subject is required.', 'subject')
  if (content?.[0]?.type !== 'text/plain' || content[1]?.type !== 'text/html')
    return refusal(400, 'If present, text/plain must be first, followed by text/html.', 'content')
  if (Object.values(personalizations?.[0]?.custom_args ?? {}).some((value) => typeof value !== 'string'))
    return refusal(400, 'The custom_args values must be strings.', 'personalizations.0.custom_args')
  const taken = Object.keys(headers).find((name) => reserved.includes(name.toLowerCase()))
  return taken === undefined ? null : refusal(400, 'The header is reserved.', `headers.${taken}`)
}

const mailOf = ({ personalizations, from, reply_to, subject, content, headers = {} }: MailSend): TakenMail => ({
  to: String(personalizations?.[0]?.to?.[0]?.email),
  toName: String(personalizations?.[0]?.to?.[0]?.name ?? ''),
  from: String(from?.email),
  replyTo: reply_to === undefined ? null : String(reply_to.email),
  subject: String(subject),
  text: String(content?.[0]?.value),
  html: String(content?.[1]?.value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  variables: (personalizations?.[0]?.custom_args ?? {}) as Record<string, string>,
})

const take = async (
  { method, path, headers, body }: ApiRequest,
  apiKey: string,
): Promise<{ mail: TakenMail | null; answer: Answer }> => {
  const refused = (answer: Answer) => ({ mail: null, answer })
  if (method !== 'POST' || path !== '/v3/mail/send') return refused(refusal(404, 'not found', null))
  if (headers.authorization !== `Bearer ${apiKey}`)
    return refused(refusal(401, 'The provided authorization grant is invalid, expired, or revoked', null))
  if (headers['content-type'] !== 'application/json') return refused(refusal(415, 'Unsupported media type', null))
  const given = JSON.parse(body.toString('utf8')) as MailSend
  const problem = problemOf(given)
  if (problem !== null) return refused(problem)
  return { mail: mailOf(given), answer: { status: 202, headers: { 'x-message-id': randomBytes(11).toString('base64url') } } }
}

/** One event of a batch. */
export type SendGridEvent = Readonly<Record<string, unknown>>

export interface FakeSendGrid extends FakeMailProvider {
  /** Variables with which notification sends through this fake and takes its webhooks. */
  env: Readonly<Record<string, string>>
  /** An event about a mail, with an id of its own. @param fields what the kind of event adds */
  event(mail: TakenMail, kind: string, at: Date, fields?: SendGridEvent): SendGridEvent
  /** Signs a batch. */
  signed(events: unknown, at: Date): { body: string; headers: Record<string, string> }
}

/** Starts a fake SendGrid with a key pair of its own. */
export const startFakeSendGrid = async (): Promise<FakeSendGrid> => {
  const apiKey = `SG.${randomBytes(24).toString('base64url')}`
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const api = await startMailApi((request) => take(request, apiKey))
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000)
  return {
    ...api,
    env: {
      NOTIFICATION_MAIL_PROVIDER: 'sendgrid',
      SENDGRID_API_KEY: apiKey,
      SENDGRID_API_BASE: api.url,
      SENDGRID_WEBHOOK_KEYS: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
    event: (mail, kind, at, fields = {}) => ({
      email: mail.to,
      timestamp: seconds(at),
      'smtp-id': mail.headers['message-id'],
      event: kind,
      sg_event_id: randomBytes(16).toString('base64url'),
      sg_message_id: `${randomBytes(8).toString('base64url')}.filter0001.16648.5515E0B88.0`,
      ...mail.variables,
      ...fields,
    }),
    signed: (events, at) => {
      const body = JSON.stringify(events)
      const timestamp = String(seconds(at))
      return {
        body,
        headers: {
          'content-type': 'application/json',
          'x-twilio-email-event-webhook-timestamp': timestamp,
          'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64'),
        },
      }
    },
  }
}
