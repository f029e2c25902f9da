// Keeps one world from run to run, as long as the scenarios want the same one and nothing has gone wrong in it.
import { join } from 'node:path'
import type { Journal } from './journal.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { GivenEngines } from './world/engines.ts'
import { openWorld, type World } from './world/world.ts'

export interface KeptStage extends AsyncDisposable {
  /** The world for a scenario: the one that stands, or a new one. */
  worldFor(scenario: Scenario, journal: Journal): Promise<World>
  /** The next run gets a new world. */
  giveUp(): Promise<void>
}

export interface StageOptions {
  dataRoot: string
  say(line: string): void
  keep?: boolean
  given?: GivenEngines
}

/** Tables grow from run to run; a fresh world keeps the runs alike. */
const runsPerWorld = 15

/** Opens nothing until the first world is asked for. */
export const openStage = ({ dataRoot, say, keep = false, given = {} }: StageOptions): KeptStage => {
  let world: World | null = null
  let wanted = ''
  let runs = 0
  let count = 0
  let journal: Journal | null = null
  const close = async (): Promise<void> => {
    const old = world
    world = null
    journal = null
    await old?.stop()
  }
  return {
    worldFor: async (scenario, next) => {
      const kind = JSON.stringify(scenario.world ?? {})
      if (world === null || kind !== wanted || runs >= runsPerWorld) {
        await close()
        count += 1
        runs = 0
        wanted = kind
        world = await openWorld({
          dataDir: join(dataRoot, `world-${process.pid}-${count}`),
          say: (line) => say(`   ${line}`),
          keep,
          given,
          ...scenario.world,
          onDeath: (label, how) => journal?.fault(`${label} ended (${how})`),
        })
      }
      runs += 1
      journal = next
      return world
    },
    giveUp: close,
    [Symbol.asyncDispose]: close,
  }
}
