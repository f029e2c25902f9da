// Rendering of events as Stripe's API and webhooks show them.
import type { StoredEvent } from './state.ts'

/** The API version that the sandbox imitates: the version of the installed library. */
export const apiVersion = '2026-10-28.endive'

export const eventOf = (event: StoredEvent) => ({
  id: event.id,
  object: 'event',
  api_version: apiVersion,
  created: event.created,
  type: event.type,
  livemode: false,
  pending_webhooks: event.delivery === 'delivered' ? 0 : 1,
  request: { id: null, idempotency_key: null },
  data: { object: JSON.parse(event.object) as Record<string, unknown> },
})

/** The same as JSON text; the object of a stored event is text already. */
export const eventText = ({ object, ...event }: StoredEvent): string => {
  const frame = JSON.stringify({ ...eventOf({ ...event, object: 'null' }), data: undefined })
  return `${frame.slice(0, -1)},"data":{"object":${object}}}`
}
