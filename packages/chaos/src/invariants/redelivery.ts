// Invariant on redelivery: consumers recognise events that are delivered again, and no state changes.
import type { CollectedState, Violation } from '../collected-state/rows.ts'

export const redelivery = (collected: CollectedState): Violation[] => {
  const violation = (subject: string, what: string): Violation => ({ invariant: 'redelivery', subject, what })
  if (collected.redelivery === null) return []
  const { events, missing, handled, changed } = collected.redelivery
  return [
    ...missing.map((what) => violation('consumers', `not all of ${events} redelivered events were recognised: ${what}`)),
    ...handled.map((reader) => violation('consumers', `${reader} was handled again`)),
    ...changed.map((what) => violation('effects', `redelivering every event changed ${what}`)),
  ]
}
