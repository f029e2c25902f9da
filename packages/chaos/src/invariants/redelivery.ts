// What every reader has taken may come once more: it is recognised, and changes nothing anywhere.
import type { Evidence, Violation } from '../evidence/rows.ts'

export const redelivery = (evidence: Evidence): Violation[] => {
  const told = (subject: string, what: string): Violation => ({ invariant: 'redelivery', subject, what })
  if (evidence.redelivery === null) return []
  const { events, missing, handled, changed } = evidence.redelivery
  return [
    ...missing.map((what) => told('readers', `of ${events} events that came once more, not all were recognised: ${what}`)),
    ...handled.map((reader) => told('readers', `${reader} was handled as if it had never come`)),
    ...changed.map((what) => told('effects', `when every event came once more, this changed: ${what}`)),
  ]
}
