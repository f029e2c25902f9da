// Consumer: subscribes a group to the topics of its handlers, and each listener to the topics of its events.
import type { EventContract } from '@cartwright/contracts'
import type { Log } from '@cartwright/telemetry'
import { messageOf } from '../transport/cloud-event.ts'
import type { RunningSubscription, Transport } from '../transport/transport.ts'
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts'
import type { Listener } from './event-handler.ts'

export type ConsumerOptions<Deps> = DispatcherOptions<Deps>

/** The topics that a group reads. */
export const topicsOf = (handlers: readonly { event: EventContract }[]): string[] => [
  ...new Set(handlers.map(({ event }) => event.topic)),
]

/** Subscribes a group. Each event has one effect per group, however often it is delivered. */
export const startConsumer = async <Deps>(options: ConsumerOptions<Deps>): Promise<RunningSubscription> => {
  const { deliver, leave } = await createDispatcher(options)
  const subscription = await options.transport.subscribe({ group: options.group, topics: topicsOf(options.handlers), deliver })
  return {
    stop: async () => {
      await subscription.stop()
      await leave()
    },
  }
}

/** Subscribes listeners, from now on, in a group of their own. A listener that fails is logged and misses the event. */
export const startListeners = async <Deps>(
  transport: Transport,
  group: string,
  listeners: readonly Listener<Deps>[],
  deps: Deps,
  log: Log,
): Promise<RunningSubscription> =>
  transport.subscribe({
    group,
    topics: topicsOf(listeners),
    ephemeral: true,
    deliver: async (record) => {
      for (const listener of listeners.filter((candidate) => candidate.event.name === record.headers.ce_type)) {
        try {
          await listener.onMessage({ message: messageOf(record, JSON.parse(record.value)), deps })
        } catch (error) {
          log.warn(
            { err: error, type: record.headers.ce_type, group },
            'listener: an event failed and is skipped; look at the error',
          )
        }
      }
    },
  })
