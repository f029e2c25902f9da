// Holds drills: the faults of a group begin together, and each ends when its alert has fired and its mail has come.
import type { Mailbox } from '@cartwright/shop/test-shop'
import { waitUntil } from '../wait.ts'
import { type Drill, type DrillShop, keyOf } from './drill.ts'
import { clearLimitSec, type DrillResult, fireLimitSec } from './results.ts'
import type { AlertWatch } from './watch-alerts.ts'

export interface DrillTools {
  site: DrillShop
  watch: AlertWatch
  /** Where Alertmanager sends its mails: not the mailbox of the shop, which some drills break. */
  operatorsMailbox: Pick<Mailbox, 'messages'>
  print(line: string): void
}

const pollMs = 500
const warmUpPurchases = 40
/** A late alert is measured all the same. */
const lateSec = 60
/** Alertmanager waits up to ten seconds for further alerts. */
const mailLimitSec = 60

/** @returns the seconds until it was true; null when the time was up */
const secondsUntil = async (isTrue: () => boolean, limitSec: number, since: number): Promise<number | null> =>
  (await waitUntil(async () => isTrue(), limitSec, pollMs)) ? (performance.now() - since) / 1000 : null

/** @param onEnded is called when the fault is over */
const measure = async (
  { site, watch, operatorsMailbox }: DrillTools,
  drill: Drill,
  onEnded: () => void,
): Promise<Partial<DrillResult>> => {
  const key = keyOf(drill)
  const isFiring = () => watch.firing().includes(key)
  await drill.prepare?.(site)
  if (isFiring()) throw new Error('the alert fires already')
  const mailsBefore = new Set(operatorsMailbox.messages().map(({ ID }) => ID))
  const isMailed = () =>
    operatorsMailbox.messages().some(({ ID, Subject }) => !mailsBefore.has(ID) && Subject.startsWith(`[firing] ${drill.alert}:`))
  const since = performance.now()
  const end = await drill.begin(site)
  let firesSec: number | null = null
  let mailSec: number | null = null
  let endedAt = since
  try {
    firesSec = await secondsUntil(isFiring, fireLimitSec + lateSec, since)
    if (firesSec !== null) mailSec = await secondsUntil(isMailed, mailLimitSec, since)
  } finally {
    endedAt = performance.now()
    await end()
    onEnded()
  }
  const clearsSec = firesSec === null ? null : await secondsUntil(() => !isFiring(), clearLimitSec, endedAt)
  return { firesSec, mailSec, clearsSec }
}

interface HeldDrill {
  /** Resolves when the fault is over, or could not be made. */
  ended: Promise<unknown>
  result: Promise<DrillResult>
}

const hold = (tools: DrillTools, drill: Drill): HeldDrill => {
  const { alert, service, fault } = drill
  const ended = Promise.withResolvers<void>()
  const unmeasured = { alert, service, fault, firesSec: null, mailSec: null, clearsSec: null, trouble: null }
  tools.print(`  ${alert}: ${fault}`)
  const result = measure(tools, drill, ended.resolve).then(
    (measured): DrillResult => ({ ...unmeasured, ...measured }),
    (error: unknown): DrillResult => ({ ...unmeasured, trouble: error instanceof Error ? error.message : String(error) }),
  )
  return { ended: Promise.race([ended.promise, result]), result }
}

/** Holds one group after the other. The next one begins when no alert fires but those that clear late. */
export const holdDrills = async (tools: DrillTools, groups: readonly (readonly Drill[])[]): Promise<DrillResult[]> => {
  const { site, watch, print } = tools
  print('normal load until it is under way')
  await site.load.reach(warmUpPurchases)
  const lateKeys = new Set(groups.flat().flatMap((drill) => (drill.clearsLate ? [keyOf(drill)] : [])))
  const lasting = () => watch.firing().filter((key) => !lateKeys.has(key))
  const held: HeldDrill[] = []
  for (const group of groups) {
    watch.expect(group.flatMap((drill) => [keyOf(drill), ...drill.also]))
    const together = group.map((drill) => hold(tools, drill))
    held.push(...together)
    await Promise.all(together.map(({ ended }) => ended))
    if (!(await waitUntil(async () => lasting().length === 0, clearLimitSec, pollMs)))
      print(`  ! still firing: ${lasting().join(', ')}`)
  }
  return Promise.all(held.map(({ result }) => result))
}
