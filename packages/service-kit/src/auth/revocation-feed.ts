// Revocation feed: keeps the instance's list of revoked tokens current, by events and by reading the list from identity.

import { setTimeout as delay } from 'node:timers/promises'
import { pause } from '@cartwright/concurrency'
import { type AccessRevocation, identityApi, identityEvents } from '@cartwright/contracts'
import {
  type Listener,
  type RunningSubscription,
  startListeners,
  subscribeEphemeral,
  type Transport,
} from '@cartwright/messaging'
import type { Logger } from '@cartwright/telemetry'
import type { ServiceClient } from '../http/client.ts'
import type { Revocations } from './revocations.ts'

/** One page of identity's list. */
export interface RevocationPage {
  at: string
  items: readonly AccessRevocation[]
  nextAfter: number | null
}

/** Reads one page of revocations whose tokens have not expired. @param since leaves out older revocations */
export type ReadRevocations = (since: string | undefined, after: number | undefined) => Promise<RevocationPage>

interface FeedOptions {
  transport: Transport
  /** Names the ephemeral consumer group of this instance. */
  owner: string
  revocations: Revocations
  /** Null when identity's address is not configured: then only events revoke tokens. */
  read: ReadRevocations | null
  log: Logger
}

/** Listener that every service has. */
export const onAccessRevoked: Listener<{ revocations: Revocations }> = subscribeEphemeral(
  identityEvents.accessRevoked,
  ({ message: { data }, deps: { revocations } }) => revocations.add(data),
)

/**
 * A token must be refused 5 s after the commit, also by an instance whose consumer is joining, was replaced, or has no broker.
 * Where events can be missed, the list is therefore read at this interval.
 */
const readEveryMs = 2000
const retryMs = 500
/** How far back each read looks, in milliseconds: longer than a transaction takes to commit. */
const overlapMs = 30_000

/** Reads from identity. A 404 comes from an older identity during a rolling update, which has revoked nothing. */
export const readFromIdentity =
  (identity: ServiceClient): ReadRevocations =>
  async (since, after) => {
    const query = { ...(since === undefined ? {} : { since }), ...(after === undefined ? {} : { after }) }
    const page = await identity.read(identityApi.internalAccessRevocations, { query })
    return page ?? { at: '', items: [], nextAfter: null }
  }

/** Reads all pages into the list. @returns `since` of the next read */
const readAll = async (
  read: ReadRevocations,
  revocations: Revocations,
  since: string | undefined,
): Promise<string | undefined> => {
  let at: string | undefined
  for (let after: number | undefined; ; ) {
    const page = await read(since, after)
    at ??= page.at
    for (const revocation of page.items) revocations.add(revocation)
    if (page.nextAfter === null) return at === '' ? since : new Date(Date.parse(at) - overlapMs).toISOString()
    after = page.nextAfter
  }
}

const pollList = async (read: ReadRevocations, options: FeedOptions, signal: AbortSignal): Promise<void> => {
  const { revocations, log, transport } = options
  let since: string | undefined
  let isDown = false
  while (!signal.aborted) {
    try {
      since = await readAll(read, revocations, since)
      if (isDown) log.info('revocations: identity answers again, the list is current')
      isDown = false
      revocations.complete()
      // The memory transport never misses an event.
      if (transport.kind === 'memory') return
    } catch (error) {
      if (!isDown && !signal.aborted)
        log.warn(
          { err: error },
          revocations.isComplete()
            ? 'revocations: the list cannot be read, tokens are revoked by events only; check identity'
            : 'revocations: the list cannot be read, access tokens are answered with 503 until it can; check identity',
        )
      isDown = true
    }
    await pause(isDown ? retryMs : readEveryMs, signal)
  }
}

/** Starts listening, then reading. With Kafka it resolves before the group is joined. */
export const startRevocationFeed = async (options: FeedOptions): Promise<{ stop(): Promise<void> }> => {
  const { transport, owner, revocations, read, log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const subscribe = async (): Promise<RunningSubscription> => {
    await transport.ensureTopics([identityEvents.accessRevoked.topic])
    return startListeners(transport, `${owner}-revocations`, [onAccessRevoked], { revocations }, log)
  }
  const joined = subscribe().then(
    async (subscription) => {
      if (signal.aborted) await subscription.stop()
      return subscription
    },
    (error: unknown) => {
      if (!signal.aborted)
        log.warn(
          { err: error },
          'revocations: events cannot be read, tokens are revoked by the list only; check the Kafka brokers',
        )
      return null
    },
  )
  if (transport.kind === 'memory') await joined
  if (read === null) revocations.complete()
  const reading = read === null ? Promise.resolve() : pollList(read, options, signal)
  return {
    stop: async () => {
      stopping.abort()
      await reading
      // A group that is still joining leaves when it has joined, see `joined`.
      const subscription = await Promise.race([joined, delay(0, null)])
      await subscription?.stop()
    },
  }
}
