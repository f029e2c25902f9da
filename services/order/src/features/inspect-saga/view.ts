// View of a checkout for operators: awaited events, steps and available actions.
import type { Saga } from '@cartwright/contracts'
import { checkout, type State } from '../../domain/checkout-saga/saga.ts'

/** The event of an input; null for requests of shoppers and operators. */
const broughtBy = (input: string): string | null =>
  Object.entries(checkout.inputs).find(([name]) => name === input)?.[1].event?.name ?? null

/** The events that a state waits for; none for a terminal state. */
export const waitsFor = (state: State): string[] => {
  if (checkout.terminal.includes(state)) return []
  return [...new Set(Object.keys(checkout.states[state]).flatMap((input) => broughtBy(input) ?? []))]
}

/** The actions that an operator may take in a state. */
export const actionsOf = (state: State): Saga['actions'] => {
  const row = checkout.states[state]
  return [...(row.retryAsked ? (['retry'] as const) : []), ...(row.compensateAsked ? (['compensate'] as const) : [])]
}

/** The event that caused a step. A note has the name of its event as input. */
export const eventOf = (step: { input: string; eventId: string | null }): { id: string; type: string | null } | null =>
  step.eventId === null ? null : { id: step.eventId, type: step.input.includes('.') ? step.input : broughtBy(step.input) }
