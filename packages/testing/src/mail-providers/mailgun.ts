// Fake of Mailgun's Messages API, version 3, and of its webhooks, as Mailgun documents both.
import { createHmac, randomBytes } from 'node:crypto'
import { type Answer, type ApiRequest, type FakeMailProvider, startMailApi, type TakenMail } from './mail-api.ts'

const refusal = (status: number, message: string): { mail: null; answer: Answer } => ({
  mail: null,
  answer: { status, body: { message } },
})

/** `"Name" <address>` or a bare address. */
const mailboxOf = (value: string): { address: string; name: string } | null => {
  const [, quoted, bracketed, bare] =
    /^(?:"((?:[^"\\]|\\.)*)"\s*<([^\s<>@,;]+@[^\s<>@,;]+)>|([^\s<>@,;]+@[^\s<>@,;]+))$/.exec(value) ?? []
  const address = bracketed ?? bare
  return address === undefined ? null : { address, name: (quoted ?? '').replace(/\\(.)/g, '$1') }
}

/** Parameters with a prefix, such as `h:` of headers and `v:` of variables. */
const prefixed = (fields: ReadonlyMap<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...fields].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  )

const fieldsOf = async ({ headers, body }: ApiRequest): Promise<Map<string, string>> => {
  const type = headers['content-type'] ?? ''
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  // A multipart form ends its lines with CRLF, whatever the sender wrote.
  return new Map([...form].map(([name, value]) => [name, String(value).replaceAll('\r\n', '\n')]))
}

const take = async (request: ApiRequest, apiKey: string, domain: string): Promise<{ mail: TakenMail | null; answer: Answer }> => {
  const [, named] = /^\/v3\/([^/]+)\/messages$/.exec(request.path) ?? []
  if (named === undefined) return { mail: null, answer: { status: 200, body: 'Mailgun Magnificent API' } }
  if (request.headers.authorization !== `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`)
    return { mail: null, answer: { status: 401, body: 'Forbidden' } }
  if (named !== domain) return refusal(404, `Domain not found: ${named}`)
  const fields = await fieldsOf(request)
  const [from, to] = [mailboxOf(fields.get('from') ?? ''), mailboxOf(fields.get('to') ?? '')]
  if (from === null) return refusal(400, "'from' parameter is not a valid address. please check documentation")
  if (to === null) return refusal(400, "'to' parameter is not a valid address. please check documentation")
  if (!fields.has('text') && !fields.has('html'))
    return refusal(400, "Need at least one of 'text' or 'html' parameters specified")
  const headers = Object.fromEntries(Object.entries(prefixed(fields, 'h:')).map(([name, value]) => [name.toLowerCase(), value]))
  const replyTo = headers['reply-to'] === undefined ? null : (mailboxOf(headers['reply-to'])?.address ?? null)
  const mail: TakenMail = {
    to: to.address,
    toName: to.name,
    from: from.address,
    replyTo,
    subject: fields.get('subject') ?? '',
    text: fields.get('text') ?? '',
    html: fields.get('html') ?? '',
    headers,
    variables: prefixed(fields, 'v:'),
  }
  const id = headers['message-id'] ?? `<${randomBytes(10).toString('hex')}@${domain}>`
  return { mail, answer: { status: 200, body: { id, message: 'Queued. Thank you.' } } }
}

export interface FakeMailgun extends FakeMailProvider {
  /** Variables with which notification sends through this fake and takes its webhooks. */
  env: Readonly<Record<string, string>>
  /** The event about a mail, with an id of its own. @param fields what the kind of event adds */
  event(mail: TakenMail, kind: string, at: Date, fields?: object): object
  /** Signs a webhook with a fresh token. */
  signed(event: unknown, at: Date): { body: string; headers: Record<string, string> }
}

/** Starts a fake Mailgun that sends for one domain. */
export const startFakeMailgun = async (): Promise<FakeMailgun> => {
  const [apiKey, webhookKey, domain] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex'), 'mail.example']
  const api = await startMailApi((request) => take(request, apiKey, domain))
  return {
    ...api,
    env: {
      NOTIFICATION_MAIL_PROVIDER: 'mailgun',
      MAILGUN_API_KEY: apiKey,
      MAILGUN_DOMAIN: domain,
      MAILGUN_API_BASE: api.url,
      MAILGUN_WEBHOOK_KEYS: webhookKey,
    },
    event: (mail, kind, at, fields = {}) => ({
      id: randomBytes(16).toString('base64url'),
      event: kind,
      timestamp: at.getTime() / 1000,
      'log-level': 'error',
      recipient: mail.to,
      'recipient-domain': mail.to.replace(/^.*@/, ''),
      message: { headers: { to: mail.to, from: mail.from, 'message-id': mail.headers['message-id']?.replace(/[<>]/g, '') } },
      'user-variables': mail.variables,
      tags: [],
      ...fields,
    }),
    signed: (event, at) => {
      const [timestamp, token] = [String(Math.floor(at.getTime() / 1000)), randomBytes(25).toString('hex')]
      const signature = createHmac('sha256', webhookKey)
        .update(timestamp + token)
        .digest('hex')
      return {
        body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }),
        headers: { 'content-type': 'application/json' },
      }
    },
  }
}
