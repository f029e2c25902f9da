// Delivers a stretch of a topic to one consumer group again: after a restore, or to rebuild a projection.
import type { ConsumerOptions } from './consume.ts'
import { deliverer } from './deliver.ts'
import { handleIn, traceOf } from './handle.ts'
import { runInTrace } from './trace.ts'
import type { ReplayRange } from './transport/transport.ts'
import { InvalidEvent } from './validate.ts'
import type { WireRecord } from './wire.ts'

/** Why a replay cannot be. */
export class ReplayRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReplayRefused'
  }
}

/**
 * Delivers the records of a range in order per key. What the group has handled has no effect again, unless `again` is set:
 * that passes the inbox by, for projections whose handlers take whole states.
 * @returns how many records were delivered
 * @throws ReplayRefused on a transport that keeps no topics
 */
export const replay = async <Deps>(options: ConsumerOptions<Deps>, range: ReplayRange, again = false): Promise<number> => {
  const { transport, db, deps, handlers, log } = options
  if (transport.replay === undefined)
    throw new ReplayRefused('in one process there are no topics to replay from; the outbox sends again what is not done')
  if (again) {
    const byType = new Map(handlers.map((registration) => [registration.event.name, registration]))
    return transport.replay(range, async (record: WireRecord) => {
      const registration = byType.get(record.headers.ce_type ?? '')
      if (registration === undefined) return
      try {
        await runInTrace(traceOf(record), () => db.tx((tx) => handleIn(tx, registration, record, deps)))
      } catch (error) {
        // It was dead when it came, and says nothing to a projection now either.
        if (!(error instanceof InvalidEvent || error instanceof SyntaxError)) throw error
        log.warn(
          { err: error, event: record.headers.ce_id, topic: record.topic },
          'a replay passes over an event that fits no contract',
        )
      }
    })
  }
  const { deliver, leave } = await deliverer({ ...options, owner: `${options.owner}-replay`.slice(-40) })
  try {
    return await transport.replay(range, (record) => deliver(record, AbortSignal.timeout(60_000)))
  } finally {
    await leave()
  }
}
