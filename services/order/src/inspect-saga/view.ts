// How a checkout looks to an operator: what it waits for, what it met, and what may be asked of it now.
import { catalogEvents, paymentEvents, type Saga } from '@cartwright/contracts'
import { checkout, type Input, inputs, type State } from '../checkout-saga/saga.ts'

/** Which event brings an input; people bring the others. */
const broughtBy: Partial<Record<Input, string>> = {
  stockReserved: catalogEvents.stockReserved.name,
  stockRejected: catalogEvents.stockRejected.name,
  stockLapsed: catalogEvents.stockReleased.name,
  stockCommitted: catalogEvents.stockCommitted.name,
  commitRejected: catalogEvents.stockRejected.name,
  sessionOpened: paymentEvents.sessionOpened.name,
  paymentSucceeded: paymentEvents.succeeded.name,
  paymentFailed: paymentEvents.failed.name,
  paymentExpired: paymentEvents.expired.name,
  paymentReviewed: paymentEvents.reviewRequired.name,
}
const byText: Readonly<Record<string, string | undefined>> = broughtBy

/** The events that move a checkout on from a state; none where it rests. */
export const waitsFor = (state: State): string[] => {
  if (checkout.terminal.includes(state)) return []
  return [
    ...new Set(inputs.filter((input) => checkout.states[state][input] !== undefined).flatMap((input) => broughtBy[input] ?? [])),
  ]
}

/** What an operator may ask for in a state. */
export const actionsOf = (state: State): Saga['actions'] => {
  const row = checkout.states[state]
  return [...(row.retryAsked ? (['retry'] as const) : []), ...(row.compensateAsked ? (['compensate'] as const) : [])]
}

/** The event that brought a step; notes bear the event's own name. */
export const eventOf = (step: { input: string; eventId: string | null }): { id: string; type: string | null } | null =>
  step.eventId === null ? null : { id: step.eventId, type: step.input.includes('.') ? step.input : (byText[step.input] ?? null) }
