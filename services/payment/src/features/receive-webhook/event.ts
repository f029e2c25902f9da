// Parser of webhook bodies: refuses JSON that is no event or that does not fit the columns of stripe_event.
import { AppError } from '@cartwright/contracts'
import { isPrintableAscii } from '../../domain/printable-ascii.ts'

/** The fields of an event that the service reads; the raw body is stored unchanged. */
export interface WebhookEvent {
  id: string
  type: string
  data?: { object?: object }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const isData = (value: unknown): value is WebhookEvent['data'] =>
  value === undefined || (isObject(value) && (!('object' in value) || value.object === undefined || isObject(value.object)))

/** @throws AppError validation_failed for a body that is no event; Stripe's dashboard shows the response to operators */
export const parseEvent = (body: unknown): WebhookEvent => {
  const { id, type, data }: { id?: unknown; type?: unknown; data?: unknown } = isObject(body) ? body : {}
  if (isPrintableAscii(id, 120) && isPrintableAscii(type, 80) && isData(data))
    return { id, type, ...(data === undefined ? {} : { data }) }
  const errors = [
    ...(isPrintableAscii(id, 120) ? [] : [{ path: '/id', message: 'takes 1 to 120 visible ASCII characters' }]),
    ...(isPrintableAscii(type, 80) ? [] : [{ path: '/type', message: 'takes 1 to 80 visible ASCII characters' }]),
    ...(isData(data) ? [] : [{ path: '/data', message: 'takes an object about an object' }]),
  ]
  throw new AppError('validation_failed', { detail: 'this is no event', extra: { errors } })
}
