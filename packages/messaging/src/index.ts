// Public face of the package. The Kafka transport is an entry of its own, so that a process without Kafka does not load it.
import { fileURLToPath } from 'node:url'
import type { MigrationSet } from '@cartwright/db'

export type { CrashHook, CrashPoint } from './crash-point.ts'
export {
  countOpenDeadLetters,
  type DeadLetter,
  type DeadLetterDetail,
  findDeadLetter,
  listDeadLetters,
} from './dead-letters/queries.ts'
export { createDeadLetterService, type DeadLetterService, type Groups, type RedriveResult } from './dead-letters/redrive.ts'
export { ReplayRefused, replay } from './dead-letters/replay.ts'
export type { DeadReason } from './dead-letters/writer.ts'
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
} from './erasure/erasure.ts'
export { type ConsumerOptions, startConsumer, startListeners, topicsOf } from './inbox/consumer.ts'
export {
  type EventHandler,
  type Handler,
  type Listener,
  type ObservedEvent,
  on,
  type Receiver,
  subscribeEphemeral,
} from './inbox/event-handler.ts'
export { hasRecentUnhandled, isNewestUnhandled } from './inbox/queries.ts'
export {
  createScans,
  type Invariant,
  invariant,
  maxViolations,
  type Row,
  type Scan,
  type Violation,
} from './invariants/invariant.ts'
export { messagingInvariants } from './invariants/messaging.ts'
export { enqueue, enqueueUnlessPending, reschedule } from './jobs/enqueue.ts'
export { type AnyJob, type Job, job, LeaseLost, PermanentFailure, RetryLater, type WorkItem } from './jobs/job.ts'
export type { ObservedJob } from './jobs/run-job.ts'
export { startJobs } from './jobs/runner.ts'
export { measureJobs, overdueJobs, type WorkStatus, workStatus } from './jobs/status.ts'
export { recordOf } from './outbox/batches.ts'
export { publish } from './outbox/publish.ts'
export { hasUnpublished, measureOutbox, type PublishedEvent, publishedEvents, recentlyPublished } from './outbox/queries.ts'
export type { OutboxRow } from './outbox/reader.ts'
export { type RelayOptions, startRelay } from './outbox/relay.ts'
export { redeliveryDays, retention } from './outbox/retention.ts'
export {
  countOverdueSagas,
  measureSagaStates,
  overdueSagas,
  recentlyAdvanced,
  type SagaStep,
  type SagaView,
  sagaInstances,
} from './saga/queries.ts'
export { type EffectContext, type Effects, type RunnableSaga, runSaga } from './saga/runner.ts'
export {
  type AnySagaTable,
  again,
  type Decision,
  decideStep,
  type EffectData,
  type EffectOf,
  eventsOf,
  fromEvent,
  go,
  type InputOf,
  inputOf,
  request,
  type SagaTable,
  type StateOf,
  type Step,
  saga,
  stay,
  undecided,
  undo,
} from './saga/saga.ts'
export { withLease } from './scheduling/lease.ts'
export { type Schedule, scheduled, startSchedules } from './scheduling/schedule.ts'
export type { Message, WireRecord } from './transport/cloud-event.ts'
export { type MemoryOptions, memoryTransport } from './transport/memory.ts'
export type { ReplayRange, RunningSubscription, Subscription, Transport } from './transport/transport.ts'
export { InvalidEvent } from './validate.ts'
export type { Worker } from './worker.ts'

/** The tables of this package; every service with a schema applies them. */
export const messagingMigrations: MigrationSet = {
  folder: fileURLToPath(new URL('../migrations', import.meta.url)),
  table: '_messaging_migrations',
}
