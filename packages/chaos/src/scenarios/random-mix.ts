// Random mix: shoppers with scripts and faults of every kind, both drawn from the seed.
import { unsupportedFaults } from '../faults/inject.ts'
import { drawFaults, type FaultKind } from '../faults/schedule.ts'
import { mixAverages, mixFloors } from '../floors.ts'
import { playScript } from '../shoppers/actor.ts'
import { type CodePromotion, createCodePromotion } from '../shoppers/price-rules.ts'
import { type Assortment, type CodeBook, drawScripts, drawStock } from '../shoppers/script.ts'
import { pause } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'

export interface Mix {
  shoppers: number
  durationMs: number
  faults: number
  only?: readonly FaultKind[]
}

/** After the faults an operator discards the poison, so that no order waits behind it. */
const discardPoisonUntil = async ({ injector, journal }: Fixture, over: Promise<unknown>): Promise<void> => {
  const done = over.then(() => true)
  while (!(await Promise.race([done, pause(1000).then(() => false)])))
    await injector
      .discardFoundPoison()
      .catch((error: unknown) =>
        journal.fault(`poison could not be discarded: ${error instanceof Error ? error.message : error}`),
      )
}

/** A shared code runs out during the run, and three shoppers know each single-use code. */
const createCodes = async ({ shop, admin }: Fixture, shoppers: number): Promise<CodeBook> => {
  const run = Date.now().toString(36).toUpperCase()
  const make = (promotion: CodePromotion) => createCodePromotion(shop, admin, promotion)
  const [shared = ''] = await make({
    name: 'Half price',
    effect: { kind: 'percent', percent: 50 },
    limits: { perCustomer: 1 },
    named: { codes: [`HALF${run}`], maxUses: Math.max(2, Math.floor(shoppers / 9)) },
  })
  const single = await make({
    name: 'A voucher',
    effect: { kind: 'fixed_amount', amounts: [{ amountMinor: 300, currency: 'EUR' }] },
    drawn: Math.max(2, Math.floor(shoppers / 12)),
  })
  const free = await make({
    name: 'A gift',
    effect: { kind: 'percent', percent: 100 },
    limits: { total: Math.max(2, Math.floor(shoppers / 9)) },
    named: { codes: [`GIFT${run}`] },
  })
  const [post = ''] = await make({
    name: 'No postage',
    effect: { kind: 'free_shipping' },
    named: { codes: [`POST${run}`] },
  })
  return { shared, single, free: [...free, post] }
}

/** Plays shoppers and faults at the same time; the faults end before the last shoppers do. */
export const playMix = async (fixture: Fixture, { shoppers, durationMs, faults, only }: Mix): Promise<void> => {
  const { random, injector, shop } = fixture
  const stock = drawStock(random.branch('goods'))
  const assortment: Assortment = {
    ample: await fixture.createProducts(...stock.ample),
    tight: await fixture.createProducts(...stock.tight),
    last: await fixture.createProducts(...stock.last),
  }
  const codes = await createCodes(fixture, shoppers)
  const scripts = drawScripts(random.branch('shoppers'), { shoppers, assortment, codes, durationMs })
  const schedule = drawFaults(random.branch('faults'), {
    durationMs,
    count: faults,
    without: unsupportedFaults(shop),
    ...(only ? { only } : {}),
  })
  const began = performance.now()
  const tookMs = new Map<string, number>()
  const play = async (script: (typeof scripts)[number]): Promise<void> => {
    try {
      await playScript(script, fixture)
      tookMs.set(`${script.actor} (${script.ending})`, performance.now() - began)
    } catch (error) {
      fixture.expect(
        false,
        `${script.actor} (${script.ending}) failed: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  const shopping = Promise.all(scripts.map(play))
  await injector.run(schedule)
  await injector.endAllFaults()
  await discardPoisonUntil(fixture, shopping)
  const [[last, ms] = ['none', 0]] = [...tookMs].toSorted(([, a], [, b]) => b - a)
  fixture.print(`all shoppers are done after ${(ms / 1000).toFixed(0)} s; the last was ${last}`)
}

export const randomMix = (seconds: number): Scenario => {
  const shoppers = Math.max(16, Math.round(seconds * 1.8))
  return {
    name: 'random-mix',
    about: 'Random shoppers and random faults: every invariant holds afterwards.',
    restSec: 120,
    floors: mixFloors(shoppers),
    averages: mixAverages(shoppers),
    play: (fixture) => playMix(fixture, { shoppers, durationMs: seconds * 1000, faults: Math.max(3, Math.round(seconds / 2.5)) }),
  }
}
