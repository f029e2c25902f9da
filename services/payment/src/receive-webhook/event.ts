// Tells an event from any other JSON, so that nothing is acknowledged that its table could not keep whole.
import { AppError } from '@cartwright/contracts'
import { isPlain } from '../plain.ts'

/** What the service itself reads of an event; the rest is kept as it came. */
export interface PlainEvent {
  id: string
  type: string
  data?: { object?: object }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const isData = (value: unknown): value is PlainEvent['data'] =>
  value === undefined || (isObject(value) && (!('object' in value) || value.object === undefined || isObject(value.object)))

/** @throws AppError validation_failed for what is no event; Stripe shows such an answer to whoever looks after the endpoint */
export const eventOf = (body: unknown): PlainEvent => {
  const { id, type, data }: { id?: unknown; type?: unknown; data?: unknown } = isObject(body) ? body : {}
  if (isPlain(id, 120) && isPlain(type, 80) && isData(data)) return { id, type, ...(data === undefined ? {} : { data }) }
  const errors = [
    ...(isPlain(id, 120) ? [] : [{ path: '/id', message: 'takes 1 to 120 visible ASCII characters' }]),
    ...(isPlain(type, 80) ? [] : [{ path: '/type', message: 'takes 1 to 80 visible ASCII characters' }]),
    ...(isData(data) ? [] : [{ path: '/data', message: 'takes an object about an object' }]),
  ]
  throw new AppError('validation_failed', 'this is no event', { errors })
}
