// Table of drills: one for each alert, in groups whose faults do not disturb each other.
import { ProgramError } from '@cartwright/service-kit'
import { customerDrills } from './customer-drills.ts'
import type { Drill } from './drill.ts'
import { eventDrills } from './event-drills.ts'
import { serviceDrills } from './service-drills.ts'

export const drills: readonly Drill[] = [...customerDrills, ...eventDrills, ...serviceDrills]

/**
 * The order matters: Alertmanager mails an alert that fires again, for another service, up to five minutes later. So the drill of an alert
 * comes before the faults that fire it as well.
 */
const groups: readonly (readonly string[])[] = [
  ['DeadLetters', 'InvariantViolation', 'SagaOverdue', 'WebhooksRefused', 'ConsumerLag', 'MailsFailing'],
  ['PaymentFailures', 'SearchIndexBehind', 'JobsGivenUp', 'HighLatency', 'JobsOverdue'],
  ['CircuitOpen', 'OutboxStuck', 'HighErrorRate'],
  ['DatabasePoolExhausted', 'ServiceDown'],
  ['NoOrders'],
]

/** The drills in groups. @param only names of alerts; all when left out. @throws ProgramError for a name without a drill */
export const groupsOf = (only: readonly string[] | null): Drill[][] => {
  const unknown = (only ?? []).filter((name) => !drills.some(({ alert }) => alert === name))
  if (unknown.length > 0)
    throw new ProgramError(`${unknown.join(', ')}: no such alert. There are ${drills.map(({ alert }) => alert).join(', ')}.`)
  return groups
    .map((names) => names.filter((name) => only === null || only.includes(name)))
    .map((names) => drills.filter(({ alert }) => names.includes(alert)))
    .filter((group) => group.length > 0)
}
