// Crash points: a service kills itself at a named place during a scripted purchase, which must still reach its expected end.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { cards } from '@cartwright/shop/test-shop'
import { DiedDuringStart, type Replica } from '../shop-under-test/fleet.ts'
import { payOnPage } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { CrashCase } from './crash-cases.ts'
import { expectedEnds } from './purchase-ends.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { playScriptedPurchase, type ReadEnd, type ScriptedPurchase } from './scripted-purchases.ts'
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

/** Restarts a replica with a crash point. The backlog of the crash before is processed first. */
const restartWithCrashPoint = async (fixture: Fixture, replica: Replica, at: string): Promise<void> => {
  for (let tries = 1; ; tries++) {
    await playProbePurchase(fixture)
    try {
      return await replica.restart({ CRASH_POINT: at })
    } catch (error) {
      if (!(error instanceof DiedDuringStart) || tries === 3) throw error
    }
  }
}

const playCrashCase = async (fixture: Fixture, crashCase: CrashCase): Promise<void> => {
  const { service, at, purchase } = crashCase
  const [replica] = fixture.shop.fleet.of(service)
  if (replica === undefined) throw new Error(`${service} does not run`)
  await restartWithCrashPoint(fixture, replica, at)
  const died = replica.died().then(() => 'died' as const)
  fixture.journal.fault(`${service} will die at ${at}`)
  // The crash point may come after the end of the purchase, so the death is awaited separately.
  const readEnd = await playScriptedPurchase(fixture, purchase, `${service} ${at}`)
  const outcome = await Promise.race([died, delay(30_000).then(() => 'alive' as const)])
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
