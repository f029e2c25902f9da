// Each service dies at each named place that it has, in the middle of a purchase: the story ends as it is written down.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { cards } from '@cartwright/shop/test-shop'
import { inSeconds, pause, payOn } from '../shoppers/person.ts'
import { DiedTooSoon, type Replica } from '../world/fleet.ts'
import type { Death } from './deaths.ts'
import { type Look, playStory, type Story } from './purchase-stories.ts'
import type { Ground, Scenario } from './scenario.ts'
import { storyEnds } from './story-ends.ts'
import { anOpenOrder, untilOrder } from './stripe-stories.ts'

/** Asks until the story has left behind what it must. @returns the last state that was seen */
export const settles = async (look: Look, wanted: object, seconds: number): Promise<object> => {
  for (const until = inSeconds(seconds); ; await pause(400)) {
    const seen = await look().catch((error: unknown) => ({ error: String(error) }))
    if (isDeepStrictEqual(seen, wanted) || performance.now() > until) return seen
  }
}

/** Looks until the story has ended as it must, and breaks the run when it does not. @param after what was done to the shop */
export const expectEnd = async (ground: Ground, story: Story, look: Look, after: string): Promise<void> => {
  const seen = await settles(look, storyEnds[story], 60)
  const asWritten = isDeepStrictEqual(seen, storyEnds[story])
  ground.expect(
    asWritten,
    `${after}: after 60 s there is\n${JSON.stringify(seen, null, 1)}\ninstead of\n${JSON.stringify(storyEnds[story], null, 1)}`,
  )
  ground.say(`${after}: ${asWritten ? 'it ended as it must' : 'IT ENDED OTHERWISE'}`)
}

/** A purchase that goes through shows that everybody is back in their groups and has nothing left over. */
const probe = async (ground: Ground): Promise<void> => {
  const [sku = ''] = await ground.goods({ stock: 1 })
  const { who, orderId, url } = await anOpenOrder(ground, 'probe', sku)
  await payOn(who, orderId, url, cards.pays, ground.journal)
  await untilOrder(who, orderId, ({ status }) => status === 'processing', 60)
  await delay(500)
}

/** Starts a process that will die at a place. What is left over from the death before is worked off first. */
const arm = async (ground: Ground, replica: Replica, at: string): Promise<void> => {
  for (let tries = 1; ; tries++) {
    await probe(ground)
    try {
      return await replica.restart({ CRASH_POINT: at })
    } catch (error) {
      if (!(error instanceof DiedTooSoon) || tries === 3) throw error
    }
  }
}

const dieOnce = async (ground: Ground, death: Death): Promise<void> => {
  const { service, at, story } = death
  const [replica] = ground.world.fleet.of(service)
  if (replica === undefined) throw new Error(`${service} does not run`)
  await arm(ground, replica, at)
  const died = replica.died().then(() => 'died' as const)
  ground.journal.fault(`${service} is to die at ${at}`)
  // The last place may lie behind the story's end: the death is waited for beside it.
  const look = await playStory(ground, story, `${service} ${at}`)
  const fate = await Promise.race([died, delay(30_000).then(() => 'lives' as const)])
  if (fate === 'lives') {
    ground.expect(false, `${service} never came to ${at}`)
    return replica.restart({ CRASH_POINT: null })
  }
  await expectEnd(ground, story, look, `${service} died at ${at}`)
}

export const crashPoints = (chosen: readonly Death[], name: string): Scenario => ({
  name,
  about: `${chosen.length} deaths, each service at each named place: within 60 s each story has ended as it must.`,
  restSec: 120,
  play: async (ground) => {
    for (const death of chosen) await dieOnce(ground, death)
  },
})
