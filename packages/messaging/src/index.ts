// Outbox, relay, inbox, jobs, sagas, dead letters. The Kafka transport is a separate entry, so embedded mode does not load it.
import { fileURLToPath } from 'node:url'
import type { MigrationSet } from '@cartwright/db'

export {
  type ConsumerOptions,
  type Handler,
  type Listener,
  listen,
  type Outcome,
  on,
  type Registration,
  startConsumer,
  startListeners,
  topicsOf,
} from './consume.ts'
export type { CrashHook, CrashPoint } from './crash-point.ts'
export type { DeadReason } from './dead-letter.ts'
export {
  completeSweep,
  eraseDeadLetters,
  eraseEvents,
  eraseJobErrors,
  hasErased,
  isErased,
  listDueErasures,
  recordErasure,
  sweepKind,
} from './erasure.ts'
export { housekeeping, redeliveryDays } from './housekeeping.ts'
export { type Invariant, invariant, keptViolations, type Round, type Row, roundsOf, type Violation } from './invariant.ts'
export { backboneInvariants } from './invariants.ts'
export { type AnyJob, type Job, job, LeaseLost, PermanentFailure, type WorkItem } from './job.ts'
export { startJobs } from './jobs.ts'
export { type Periodic, periodic, startPeriodics } from './periodic.ts'
export { publish } from './publish.ts'
export {
  type DeadLetter,
  type DeadLetterDesk,
  type DeadLetterDetail,
  deadLetterDesk,
  findDeadLetter,
  type Groups,
  listDeadLetters,
  type RedriveResult,
} from './redrive.ts'
export { type Log, type RelayOptions, startRelay, type Worker } from './relay.ts'
export { ReplayRefused, replay } from './replay.ts'
export {
  type AnySagaTable,
  again,
  type Decision,
  decideStep,
  go,
  type SagaTable,
  type Step,
  saga,
  stay,
  undecided,
  undo,
} from './saga.ts'
export { type EffectContext, type Effects, type RunnableSaga, runSaga, type SagaStep, type SagaView } from './saga-runner.ts'
export { currentTrace, findTrace, newSpanId, newTrace, parseTraceparent, runInTrace, type Trace, traceIdOf } from './trace.ts'
export { type MemoryOptions, memoryTransport } from './transport/memory.ts'
export type { ReplayRange, RunningSubscription, Subscription, Transport } from './transport/transport.ts'
export { InvalidEvent } from './validate.ts'
export type { Message, WireRecord } from './wire.ts'
export { enqueue, ensureDue, requeue } from './work-rows.ts'

/** The tables of this package; every service with a schema applies them. */
export const messagingMigrations: MigrationSet = {
  folder: fileURLToPath(new URL('../migrations', import.meta.url)),
  table: '_messaging_migrations',
}
