// Each service dies at each named place that it has, in the middle of a purchase: the shop ends up exactly as without the death.
import { setTimeout as delay } from 'node:timers/promises'
import { cards } from '@cartwright/shop/test-shop'
import { inSeconds, pause, payOn } from '../shoppers/person.ts'
import { DiedTooSoon, type Replica } from '../world/fleet.ts'
import type { Death } from './deaths.ts'
import { type Look, playStory, type Story } from './purchase-stories.ts'
import type { Ground, Scenario } from './scenario.ts'
import { anOpenOrder, untilOrder } from './stripe-stories.ts'

/** Asks until the state is the wished one. @returns the last one seen */
const settles = async (look: Look, wanted: string | null, seconds: number): Promise<string> => {
  const until = inSeconds(seconds)
  let seen = ''
  for (let same = 0; performance.now() < until; await pause(400)) {
    const now = await look().catch((error: unknown) => String(error))
    same = now === seen ? same + 1 : 0
    seen = now
    if (wanted === null ? same > 12 : seen === wanted) return seen
  }
  return seen
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

const dieOnce = async (ground: Ground, death: Death, wanted: ReadonlyMap<Story, string>): Promise<void> => {
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
  const without = wanted.get(story) ?? ''
  const seen = await settles(look, without, 60)
  ground.expect(seen === without, `${service} died at ${at}: after 60 s there is\n${seen}\ninstead of\n${without}`)
  ground.say(`${service} died at ${at}: ${seen === without ? 'all is as without it' : 'IT MADE A DIFFERENCE'}`)
}

export const crashPoints = (chosen: readonly Death[], name: string): Scenario => ({
  name,
  about: `${chosen.length} deaths, each service at each named place: within 60 s everything is as if nobody had died.`,
  restSec: 120,
  play: async (ground) => {
    const wanted = new Map<Story, string>()
    for (const story of new Set(chosen.map((death) => death.story)))
      wanted.set(story, await settles(await playStory(ground, story, `nobody dies, ${story}`), null, 60))
    for (const death of chosen) await dieOnce(ground, death, wanted)
  },
})
