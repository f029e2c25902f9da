// Schedule of faults: drawn from the seed alone, so that a seed replays it.
import { type SchemaOwner, type ServiceName, schemaOwners, serviceNames } from '@cartwright/contracts'
import type { Random } from '../random.ts'

/** A fault. Kinds with `forMs` last; the others happen at once. */
export type Fault =
  | { kind: 'kill'; service: ServiceName }
  | { kind: 'freeze'; service: ServiceName; forMs: number }
  | { kind: 'kafka-kill' | 'kafka-stop'; forMs: number }
  | { kind: 'kafka-cut' }
  | { kind: 'kafka-delay'; ms: number; forMs: number }
  | { kind: 'kafka-freeze'; forMs: number }
  | { kind: 'database-kill' | 'database-stop' }
  | { kind: 'database-cut'; service: SchemaOwner }
  | { kind: 'database-away'; service: SchemaOwner; forMs: number }
  | { kind: 'database-delay'; service: SchemaOwner; ms: number; forMs: number }
  | { kind: 'redis-flush' }
  | { kind: 'redis-away'; forMs: number }
  | { kind: 'search-away'; forMs: number }
  | { kind: 'stripe-away'; forMs: number }
  | { kind: 'stripe-cut'; forMs: number }
  | { kind: 'stripe-delay'; ms: number; forMs: number }
  | { kind: 'webhooks'; mode: 'delay' | 'duplicate' | 'reorder' | 'drop'; forMs: number }
  | { kind: 'clock-jump'; seconds: number }
  | { kind: 'malformed-event' | 'impossible-event' | 'poisoned-order' }
  | { kind: 'repeat-events'; count: number }
  | { kind: 'mail-away'; forMs: number }

export type FaultKind = Fault['kind']

export interface ScheduledFault {
  atMs: number
  fault: Fault
}

/** Weight of each kind. Disruptive kinds are rarer, because they hide the effects of others. */
export const weights: Readonly<Record<FaultKind, number>> = {
  kill: 14,
  freeze: 6,
  'kafka-kill': 3,
  'kafka-stop': 2,
  'kafka-cut': 4,
  'kafka-delay': 3,
  'kafka-freeze': 2,
  'database-kill': 2,
  'database-stop': 2,
  'database-cut': 5,
  'database-away': 4,
  'database-delay': 3,
  'redis-flush': 3,
  'redis-away': 2,
  'search-away': 2,
  'stripe-away': 3,
  'stripe-cut': 4,
  'stripe-delay': 2,
  webhooks: 8,
  'clock-jump': 3,
  'malformed-event': 2,
  'impossible-event': 2,
  'poisoned-order': 3,
  'repeat-events': 4,
  'mail-away': 3,
}

/** Longer than the lease of a job (15 s) and of a relay (10 s). */
const pastLeaseMs = [16_000, 20_000] as const
/** Longer than the session timeout of a consumer group member (10 s). */
const pastSessionMs = [11_000, 14_000] as const
/** The shortest run that has time for these long freezes. */
const roomMs = 5000

const draw = (random: Random, kind: FaultKind, longestMs: number): Fault => {
  const forMs = random.int(1000, longestMs)
  const outlives = random.chance(0.3) && longestMs >= roomMs
  const ms = random.pick([50, 200, 600])
  switch (kind) {
    case 'kill':
      return { kind, service: random.pick(serviceNames) }
    case 'freeze':
      return { kind, service: random.pick(serviceNames), forMs: outlives ? random.int(...pastLeaseMs) : forMs }
    case 'database-cut':
      return { kind, service: random.pick(schemaOwners) }
    case 'database-away':
      return { kind, service: random.pick(schemaOwners), forMs }
    case 'database-delay':
      return { kind, service: random.pick(schemaOwners), ms: Math.min(ms, 200), forMs }
    case 'kafka-delay':
    case 'stripe-delay':
      return { kind, ms, forMs }
    case 'webhooks':
      return { kind, mode: random.pick(['delay', 'duplicate', 'reorder', 'drop'] as const), forMs: forMs * 2 }
    case 'clock-jump':
      return { kind, seconds: random.pick([60, 600, 1900]) }
    case 'repeat-events':
      return { kind, count: random.int(3, 20) }
    case 'kafka-cut':
    case 'database-kill':
    case 'database-stop':
    case 'redis-flush':
    case 'malformed-event':
    case 'impossible-event':
    case 'poisoned-order':
      return { kind }
    case 'kafka-freeze':
      return { kind, forMs: outlives ? random.int(...pastSessionMs) : forMs }
    case 'kafka-kill':
    case 'kafka-stop':
    case 'redis-away':
    case 'search-away':
    case 'stripe-away':
    case 'stripe-cut':
    case 'mail-away':
      return { kind, forMs }
  }
}

export interface ScheduleOptions {
  durationMs: number
  count: number
  /** Kinds that this shop does not support. */
  without?: ReadonlySet<FaultKind>
  /** Only these kinds; all kinds when left out. */
  only?: readonly FaultKind[]
}

/** Draws the faults of a run, in time order. */
export const drawFaults = (
  random: Random,
  { durationMs, count, without = new Set(), only }: ScheduleOptions,
): ScheduledFault[] => {
  const possible = Object.fromEntries(
    Object.entries(weights).map(([kind, weight]) => [
      kind,
      without.has(kind as FaultKind) || (only && !only.includes(kind as FaultKind)) ? 0 : weight,
    ]),
  ) as Record<FaultKind, number>
  return Array.from({ length: count }, () => {
    const fault = draw(random, random.weighted(possible), Math.min(8000, Math.floor(durationMs / 3)))
    // A lasting fault ends with the run, so that no run waits for its last fault.
    const lasts = 'forMs' in fault ? fault.forMs : 0
    return { atMs: random.int(500, Math.max(500, durationMs - lasts)), fault }
  }).toSorted((a, b) => a.atMs - b.atMs)
}

/** A fault in words. */
export const describe = (fault: Fault): string => Object.values(fault).map(String).join(' ')
