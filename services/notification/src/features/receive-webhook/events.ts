// Reads the bounces and complaints out of webhook bodies. Events of other kinds, and those without an id, mail or address, are left out.
import { AppError, type MarkReason } from '@cartwright/contracts'
import type { DeliveryEvent } from '../../domain/deliverability/decide.ts'
import { mailVariable, withoutAddresses } from '../../integrations/mailer.ts'

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const refusal = (path: string, message: string): AppError =>
  new AppError('validation_failed', { detail: 'this is no webhook of the provider', extra: { errors: [{ path, message }] } })

interface Found {
  id: unknown
  mail: unknown
  address: unknown
  detail: unknown
  /** Seconds since 1970. */
  at: unknown
}

const eventOf = (provider: DeliveryEvent['provider'], reason: MarkReason | null, found: Found): DeliveryEvent[] => {
  const [id, mail, address] = [textOf(found.id), textOf(found.mail), textOf(found.address)]
  const at = new Date(Number(found.at) * 1000)
  if (reason === null || id === null || mail === null || address === null || Number.isNaN(at.getTime())) return []
  if (!/^msg_[0-9a-z]{6,40}(\.\d{1,9})?$/.test(mail)) return []
  const words = textOf(found.detail)
  const detail = words === null ? null : withoutAddresses(words.replace(/\s+/g, ' '))
  return [{ provider, id, reason, mail, address: address.toLowerCase(), detail, at }]
}

/** Why SendGrid drops a mail that it has accepted. Other reasons are about the mail or the account, not about the address. */
const dropReasons: Readonly<Record<string, MarkReason>> = {
  'Bounced Address': 'bounce',
  Invalid: 'bounce',
  'Spam Reporting Address': 'complaint',
}

/** A bounce of the type `blocked` is temporary: the receiving server refused this mail, not the address. */
const sendGridReason = ({ event, type, reason }: Fields): MarkReason | null => {
  if (event === 'spamreport') return 'complaint'
  if (event === 'dropped') return dropReasons[String(reason)] ?? null
  return event === 'bounce' && (type === undefined || type === 'bounce') ? 'bounce' : null
}

/** @throws AppError validation_failed for a body that is no batch of events */
export const sendGridEvents = (body: unknown): DeliveryEvent[] => {
  if (!Array.isArray(body)) throw refusal('/', 'takes a list of events')
  return body.map(fieldsOf).flatMap((fields) =>
    eventOf('sendgrid', sendGridReason(fields), {
      id: fields.sg_event_id,
      mail: fields[mailVariable],
      address: fields.email,
      detail: [fields.status, fields.reason].filter(Boolean).join(' '),
      at: fields.timestamp,
    }),
  )
}

/** Why Mailgun gives a mail up. `old` and `generic` are about the receiving server or the mail, not about the address. */
const failureReasons: Readonly<Record<string, MarkReason>> = {
  bounce: 'bounce',
  'suppress-bounce': 'bounce',
  'suppress-complaint': 'complaint',
}

const mailgunReason = ({ event, severity, reason }: Fields): MarkReason | null => {
  if (event === 'complained') return 'complaint'
  return event === 'failed' && severity === 'permanent' ? (failureReasons[String(reason)] ?? null) : null
}

/** @throws AppError validation_failed for a body without an event */
export const mailgunEvents = (body: unknown): DeliveryEvent[] => {
  const fields = fieldsOf(fieldsOf(body)['event-data'])
  if (typeof fields.event !== 'string') throw refusal('/event-data/event', 'names the kind of the event')
  const status = fieldsOf(fields['delivery-status'])
  return eventOf('mailgun', mailgunReason(fields), {
    // Mailgun’s ids are unique within a day only.
    id: textOf(fields.id) && `${fields.id} ${Math.floor(Number(fields.timestamp))}`,
    mail: fieldsOf(fields['user-variables'])[mailVariable],
    address: fields.recipient,
    detail: [status.code, textOf(status.message) ?? status.description].filter(Boolean).join(' '),
    at: fields.timestamp,
  })
}
