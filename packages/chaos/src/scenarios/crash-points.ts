// Crash points: a service kills itself at a named place during a scripted purchase, which must still reach its expected end.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { cards } from '@cartwright/shop/test-shop'
import { DiedDuringStart, type Replica } from '../shop-under-test/fleet.ts'
import { payOnPage } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause, waitUntil } from '../wait.ts'
import type { CrashCase } from './crash-cases.ts'
import { expectedEnds } from './purchase-ends.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { playScriptedPurchase, type ReadEnd, type ScriptedPurchase, type WrapStep } from './scripted-purchases.ts'
import { placeOrderWithPage, waitForOrder } from './steps.ts'

/** Polls until the purchase has reached its expected end. @returns the last state that was read */
export const pollUntilEqual = async (readEnd: ReadEnd, wanted: object, seconds: number): Promise<object> => {
  for (const until = deadlineIn(seconds); ; await pause(400)) {
    const seen = await readEnd().catch((error: unknown) => ({ error: String(error) }))
    if (isDeepStrictEqual(seen, wanted) || performance.now() > until) return seen
  }
}

/** Expects that the purchase reaches its end within 60 s. @param after the fault, for the message */
export const expectEnd = async (fixture: Fixture, purchase: ScriptedPurchase, readEnd: ReadEnd, after: string): Promise<void> => {
  const seen = await pollUntilEqual(readEnd, expectedEnds[purchase], 60)
  const reachedEnd = isDeepStrictEqual(seen, expectedEnds[purchase])
  fixture.expect(
    reachedEnd,
    `${after}: after 60 s the state is\n${JSON.stringify(seen, null, 1)}\nexpected\n${JSON.stringify(expectedEnds[purchase], null, 1)}`,
  )
  fixture.print(`${after}: ${reachedEnd ? 'the purchase reached its expected end' : 'THE PURCHASE ENDED DIFFERENTLY'}`)
}

/** A purchase that succeeds shows that all consumers are back and have no backlog. */
const playProbePurchase = async (fixture: Fixture): Promise<void> => {
  const [sku = ''] = await fixture.createProducts({ stock: 1 })
  const { user, orderId, url } = await placeOrderWithPage(fixture, 'probe', sku)
  await payOnPage(user, orderId, url, cards.pays, fixture.journal)
  await waitForOrder(user, orderId, ({ status }) => status === 'processing', 60)
  await delay(500)
}

/** Waits until no invoice or credit note is due, so that the next one belongs to the purchase of the case. */
const waitUntilDocumentsAreIssued = async ({ shop: { query, table } }: Fixture): Promise<void> => {
  const isDone = async () => (await query(`SELECT order_id FROM ${table('order', 'invoice_due')} LIMIT 1`)).length === 0
  if (!(await waitUntil(isDone, 60, 200))) throw new Error('documents are still due after 60 s')
}

/** Restarts a replica with a crash point. The backlog of the crash before is processed first. @param isProbed it is known to be */
const restartWithCrashPoint = async (fixture: Fixture, replica: Replica, at: string, isProbed: boolean): Promise<void> => {
  for (let tries = 1; ; tries++) {
    if (!isProbed) await playProbePurchase(fixture)
    try {
      return await replica.restart({ CRASH_POINT: at })
    } catch (error) {
      if (!(error instanceof DiedDuringStart) || tries === 3) throw error
    }
  }
}

const playCrashCase = async (fixture: Fixture, crashCase: CrashCase): Promise<void> => {
  const { service, at, purchase, atStep = false } = crashCase
  const [replica] = fixture.shop.fleet.of(service)
  if (replica === undefined) throw new Error(`${service} does not run`)
  const died = Promise.withResolvers<'died'>()
  const arm = async (): Promise<void> => {
    if (atStep) await waitUntilDocumentsAreIssued(fixture)
    await restartWithCrashPoint(fixture, replica, at, atStep)
    void replica.died().then(() => died.resolve('died'))
    fixture.journal.fault(`${service} will die at ${at}`)
  }
  if (!atStep) await arm()
  const wrapStep: WrapStep = async (step) => {
    if (atStep) await arm()
    return step()
  }
  // The crash point may come after the end of the purchase, so the death is awaited separately.
  const readEnd = await playScriptedPurchase(fixture, purchase, `${service} ${at}`, wrapStep)
  const outcome = await Promise.race([died.promise, delay(30_000).then(() => 'alive' as const)])
  if (outcome === 'alive') {
    fixture.expect(false, `${service} never reached ${at}`)
    return replica.restart({ CRASH_POINT: null })
  }
  await expectEnd(fixture, purchase, readEnd, `${service} died at ${at}`)
}

export const crashPoints = (chosen: readonly CrashCase[], name: string): Scenario => ({
  name,
  about: `${chosen.length} crashes, each service at each of its crash points: within 60 s each purchase reaches its expected end.`,
  restSec: 120,
  play: async (fixture) => {
    for (const crashCase of chosen) await playCrashCase(fixture, crashCase)
  },
})
