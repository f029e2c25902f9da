// Shop in which a history is played: schemas of its own, the Stripe sandbox, and services that are started with a clock in the past.
import { schemaOwners } from '@cartwright/contracts'
import { invariantMetric } from '@cartwright/testing'
import { type RunningShop, startShop } from '../start-shop.ts'
import { openTestEnvironment } from '../test-shop/test-environment.ts'
import { dumpOf } from './history-dump.fixture.ts'
import { historyClock, playHistory } from './play.ts'
import { type Progress, resumesAt } from './progress.ts'

interface HistoryShop extends AsyncDisposable {
  mails(): { to: string; subject: string }[]
  /** Plays what is left; `stopAfter` interrupts it after so many steps. @returns how far it came */
  play(from: Progress, stopAfter?: number): Promise<Progress>
  /** Starts the services at the present time. */
  start(): Promise<RunningShop>
  /** Rows of the tables whose names match. */
  dump(of: Progress, tables?: RegExp): Promise<string[]>
}

/** Violations that the services have counted since they started, as `service invariant`. */
export const violationsOf = async (shop: RunningShop): Promise<string[]> => {
  const found = await Promise.all(
    schemaOwners.map(async (name) => {
      const total = await invariantMetric(shop.services[name].metricsUrl, 'cartwright_invariant_violations_total')
      return Object.entries(total).flatMap(([invariant, count]) => (count > 0 ? [`${name} ${invariant}`] : []))
    }),
  )
  return found.flat()
}

export const openHistoryShop = async (): Promise<HistoryShop> => {
  const opened = new AsyncDisposableStack()
  const environment = await openTestEnvironment(opened, { letter: 'f' })
  const { databaseUrl, schemaPrefix, devServices } = environment
  const env = environment.variables(
    { kafkaBrokers: null, redisUrl: null, elasticsearchUrl: null },
    { LOG_LEVEL: 'fatal', IDENTITY_BCRYPT_COST: '4', METRICS_CACHE_SEC: '0', INVARIANTS_EVERY_SEC: '1' },
  )
  const sandboxUrl = devServices.sandbox?.url ?? ''
  return {
    mails: () =>
      (devServices.mailbox?.messages() ?? []).map(({ To, Subject }) => ({ to: To[0]?.Address ?? '', subject: Subject })),
    play: async (from, stopAfter = Number.POSITIVE_INFINITY) => {
      const clock = historyClock(resumesAt(from))
      await using playing = new AsyncDisposableStack()
      const shop = await startShop({ env, clock, alone: true })
      playing.defer(() => shop.stop())
      await shop.seed()
      const abort = new AbortController()
      let progress = from
      const save = (next: Progress) => {
        progress = next
        if (next.done - from.done >= stopAfter) abort.abort()
      }
      const stage = { url: shop.url, sandboxUrl, clock, idle: () => shop.idle(), save, signal: abort.signal }
      await playHistory(stage, from).catch((error: unknown) => {
        if (!abort.signal.aborted) throw error
      })
      const violations = await violationsOf(shop)
      if (violations.length > 0) throw new Error(`the history violates ${violations.join(', ')}`)
      return progress
    },
    start: () => startShop({ env, alone: true }),
    dump: async ({ endsAt }, tables = /^/) =>
      (await dumpOf(databaseUrl, schemaPrefix, new Date(endsAt))).filter((line) => tables.test(line)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
