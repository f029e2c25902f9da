// Replay: delivers a stretch of a topic to one consumer group again, after a restore or to rebuild a projection.
import { type Log, runInTrace } from '@cartwright/telemetry'
import type { ConsumerOptions } from '../inbox/consumer.ts'
import { createDispatcher } from '../inbox/dispatcher.ts'
import { runHandler } from '../inbox/handle-one.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { traceOf } from '../transport/record-headers.ts'
import type { ReplayRange } from '../transport/transport.ts'
import { InvalidEvent } from '../validate.ts'

/** Why a replay is not possible. */
export class ReplayRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReplayRefused'
  }
}

const deliveryTimeoutMs = 60_000

/**
 * Delivers the records of a range in order per key. What the group has handled has no effect again, unless `again` is set: that bypasses
 * the inbox, for projections whose handlers take whole states.
 * @returns how many records were delivered
 * @throws ReplayRefused on a transport that keeps no topics
 */
export const replay = async <Deps>(options: ConsumerOptions<Deps>, range: ReplayRange, again = false): Promise<number> => {
  const { transport } = options
  if (transport.replay === undefined)
    throw new ReplayRefused(
      'services that run in one process keep no topics to replay; the outbox sends again what is not handled',
    )
  if (again) return transport.replay(range, handleAgain(options, options.log))
  const { deliver, leave } = await createDispatcher({ ...options, owner: `${options.owner}-replay`.slice(-40) })
  try {
    return await transport.replay(range, (record) => deliver(record, AbortSignal.timeout(deliveryTimeoutMs)))
  } finally {
    await leave()
  }
}

/** Runs the handler whether or not the event has an inbox row. */
const handleAgain = <Deps>({ handlers, db, deps }: ConsumerOptions<Deps>, log: Log) => {
  const byType = new Map(handlers.map((handler) => [handler.event.name, handler]))
  return async (record: WireRecord): Promise<void> => {
    const handler = byType.get(record.headers.ce_type ?? '')
    if (handler === undefined) return
    try {
      await runInTrace(traceOf(record), () => db.tx((tx) => runHandler(tx, handler, record, deps)))
    } catch (error) {
      // Such an event was dead-lettered when it was first delivered.
      if (!(error instanceof InvalidEvent || error instanceof SyntaxError)) throw error
      log.warn(
        { err: error, event: record.headers.ce_id, topic: record.topic },
        'replay: an event that does not fit its contract is skipped; its dead letter can be redriven',
      )
    }
  }
}
