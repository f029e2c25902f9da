// Keeps an instance's list of revoked tokens current: every instance hears the event, and reads the list from identity.
import { setTimeout as delay } from 'node:timers/promises'
import { type AccessRevocation, identityApi, identityEvents } from '@cartwright/contracts'
import { type Listener, listen, type RunningSubscription, startListeners, type Transport } from '@cartwright/messaging'
import type { ServiceClient } from './client.ts'
import type { Logger } from './logger.ts'
import type { Revocations } from './revocations.ts'

/** One page of the list, as identity answers it. */
export interface RevocationPage {
  at: string
  items: readonly AccessRevocation[]
  nextAfter: number | null
}

/** Reads one page of revocations that are still of use. @param since leaves out older ones */
export type ReadRevocations = (since: string | undefined, after: number | undefined) => Promise<RevocationPage>

export interface FeedOptions {
  transport: Transport
  /** Names the ephemeral consumer group of this instance. */
  owner: string
  revocations: Revocations
  /** Null where nobody can be asked: then only events tell. */
  read: ReadRevocations | null
  log: Logger
}

/** The listener of every service. */
export const onAccessRevoked: Listener<{ revocations: Revocations }> = listen(
  identityEvents.accessRevoked,
  ({ data }, { revocations }: { revocations: Revocations }) => revocations.add(data),
)

/**
 * Seconds are few: a token is refused 5 s after the commit, also by an instance whose consumer is just joining, was replaced, or has no
 * broker at all. The list is therefore read again and again where events may be missed.
 */
const readEveryMs = 2000
const retryMs = 500
/** How far back each read looks, in milliseconds: longer than a transaction takes to commit. */
const overlapMs = 30_000

/** Asks identity. An identity that has no such list yet, during a rolling update, has revoked nothing. */
export const readFromIdentity =
  (identity: ServiceClient): ReadRevocations =>
  async (since, after) => {
    const query = { ...(since === undefined ? {} : { since }), ...(after === undefined ? {} : { after }) }
    const page = await identity.read(identityApi.internalAccessRevocations, { query })
    return page ?? { at: '', items: [], nextAfter: null }
  }

/** Reads all pages into the list. @returns since when the next read has to look */
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

const keepReading = async (read: ReadRevocations, options: FeedOptions, signal: AbortSignal): Promise<void> => {
  const { revocations, log, transport } = options
  let since: string | undefined
  let isDown = false
  while (!signal.aborted) {
    try {
      since = await readAll(read, revocations, since)
      if (isDown) log.info('revocations: identity answers again')
      isDown = false
      revocations.complete()
      // In memory no event is ever missed.
      if (transport.kind === 'memory') return
    } catch (error) {
      if (!isDown && !signal.aborted)
        log.warn(
          { err: error },
          revocations.isComplete()
            ? 'revocations: the list cannot be read, only events tell what is revoked; look at identity'
            : 'revocations: the list cannot be read, access tokens are answered with 503 until it can; look at identity',
        )
      isDown = true
    }
    await delay(isDown ? retryMs : readEveryMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Starts listening, then reading. Resolves at once where events wait for a broker. */
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
      if (!signal.aborted) log.warn({ err: error }, 'revocations: events cannot be read, only the list tells what is revoked')
      return null
    },
  )
  if (transport.kind === 'memory') await joined
  if (read === null) revocations.complete()
  const reading = read === null ? Promise.resolve() : keepReading(read, options, signal)
  return {
    stop: async () => {
      stopping.abort()
      await reading
      // A group that is still being joined leaves by itself.
      const subscription = await Promise.race([joined, delay(0, null)])
      await subscription?.stop()
    },
  }
}
