// The random mix: shoppers with intentions of their own and faults of every kind, both drawn from the seed.
import { impossibleIn } from '../faults/inject.ts'
import { drawFaults, type FaultKind } from '../faults/schedule.ts'
import { mixFloors } from '../floors.ts'
import { playScript } from '../shoppers/act.ts'
import { pause } from '../shoppers/person.ts'
import { type Assortment, drawScripts, drawStock } from '../shoppers/script.ts'
import type { Ground, Scenario } from './scenario.ts'

export interface Mix {
  shoppers: number
  durationMs: number
  faults: number
  only?: readonly FaultKind[]
}

/** When the faults are over an operator gives the poison up, so that nobody waits behind it until patience ends. */
const tidyUntil = async ({ injector, journal }: Ground, over: Promise<unknown>): Promise<void> => {
  const done = over.then(() => true)
  while (!(await Promise.race([done, pause(1000).then(() => false)])))
    await injector
      .tidy()
      .catch((error: unknown) => journal.fault(`poison could not be given up: ${error instanceof Error ? error.message : error}`))
}

/** Shoppers and faults side by side; faults end before the last shoppers do. */
export const playMix = async (ground: Ground, { shoppers, durationMs, faults, only }: Mix): Promise<void> => {
  const { random, injector, world } = ground
  const stock = drawStock(random.branch('goods'))
  const goods: Assortment = {
    ample: await ground.goods(...stock.ample),
    tight: await ground.goods(...stock.tight),
    last: await ground.goods(...stock.last),
  }
  const scripts = drawScripts(random.branch('shoppers'), { shoppers, goods, durationMs })
  const schedule = drawFaults(random.branch('faults'), {
    durationMs,
    count: faults,
    without: impossibleIn(world),
    ...(only ? { only } : {}),
  })
  const began = performance.now()
  const tookMs = new Map<string, number>()
  const play = async (script: (typeof scripts)[number]): Promise<void> => {
    try {
      await playScript(script, ground)
      tookMs.set(`${script.actor} (${script.ending})`, performance.now() - began)
    } catch (error) {
      ground.expect(
        false,
        `${script.actor} (${script.ending}) could not go on: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  const shopping = Promise.all(scripts.map(play))
  await injector.run(schedule)
  await injector.heal()
  await tidyUntil(ground, shopping)
  const [[last, ms] = ['nobody', 0]] = [...tookMs].toSorted(([, a], [, b]) => b - a)
  ground.say(`everybody is done after ${(ms / 1000).toFixed(0)} s, ${last} as the last`)
}

export const randomMix = (seconds: number): Scenario => {
  const shoppers = Math.max(16, Math.round(seconds * 1.8))
  return {
    name: 'random-mix',
    about: 'Random shoppers and random faults: whatever happens, every invariant holds afterwards.',
    restSec: 120,
    floors: mixFloors(shoppers),
    play: (ground) => playMix(ground, { shoppers, durationMs: seconds * 1000, faults: Math.max(3, Math.round(seconds / 2.5)) }),
  }
}
