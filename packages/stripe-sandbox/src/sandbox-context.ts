// Sandbox context: the stored objects, the clock, and the function that emits events.
import type { DeclineFault } from './fault-injection.ts'
import type { Kind, State, StripeObject } from './state.ts'

export interface SandboxContext {
  state: State
  /** Unix seconds. */
  now(): number
  /** Marks an entry as new or changed, so that it is written to the file. */
  markChanged(kind: Kind, id: string): void
  emit(type: string, object: StripeObject): void
  declines: DeclineFault
  /** Address of the hosted page. */
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
export const saveObject = <T extends StripeObject>(context: SandboxContext, object: T): T => {
  const kind = kindOf[object.object]
  const map = context.state[kind] as Map<string, StripeObject>
  map.set(object.id, object)
  context.markChanged(kind, object.id)
  return object
}

/** Stores an entry of one of the sandbox's own maps. */
export const saveEntry = <K extends Kind>(
  context: SandboxContext,
  kind: K,
  id: string,
  value: State[K] extends Map<string, infer V> ? V : never,
): void => {
  const map = context.state[kind] as Map<string, typeof value>
  map.set(id, value)
  context.markChanged(kind, id)
}
