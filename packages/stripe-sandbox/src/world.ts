// What every rule of the sandbox works in: the objects, the time, and a way to say that something happened.
import type { Kind, State, StripeObject } from './state.ts'

export interface World {
  state: State
  /** Unix seconds. */
  now(): number
  /** Notes that an entry is new or changed, so that it outlives a restart. */
  touch(kind: Kind, id: string): void
  emit(type: string, object: StripeObject): void
  /** Where the hosted page is. */
  pageUrl(sessionId: string): string
}

const kindOf = {
  'checkout.session': 'sessions',
  payment_intent: 'intents',
  charge: 'charges',
  refund: 'refunds',
  dispute: 'disputes',
} as const satisfies Record<StripeObject['object'], Kind>

/** Stores a new or changed object. */
export const keep = <T extends StripeObject>(world: World, object: T): T => {
  const kind = kindOf[object.object]
  const map = world.state[kind] as Map<string, StripeObject>
  map.set(object.id, object)
  world.touch(kind, object.id)
  return object
}

/** Stores an entry of one of the sandbox's own maps. */
export const put = <K extends Kind>(
  world: World,
  kind: K,
  id: string,
  value: State[K] extends Map<string, infer V> ? V : never,
): void => {
  const map = world.state[kind] as Map<string, typeof value>
  map.set(id, value)
  world.touch(kind, id)
}
