// A scenario: a named story with a seed. The harness plays it, heals the world, waits for rest and checks every invariant.
import type { Environment } from '@cartwright/service-kit'
import type { Scope } from '../evidence/collect.ts'
import type { Injector } from '../faults/inject.ts'
import type { Floors } from '../floors.ts'
import type { Journal } from '../journal.ts'
import type { Random } from '../random.ts'
import type { Stage } from '../shoppers/act.ts'
import type { Goods } from '../shoppers/goods.ts'
import type { Person } from '../shoppers/person.ts'
import type { Replicas } from '../world/fleet.ts'
import type { World } from '../world/world.ts'

/** What a scenario plays with. */
export interface Ground extends Stage {
  world: World
  journal: Journal
  random: Random
  admin: Person
  injector: Injector
  scope: Scope & { skus: string[] }
  /** Makes goods that belong to this run. Names are made unique. @returns the SKUs */
  goods(...wanted: readonly Omit<Goods, 'sku'>[]): Promise<string[]>
  /** Breaks the run when it does not hold. */
  expect(holds: boolean, what: string): void
  say(line: string): void
}

export interface Scenario {
  name: string
  /** One sentence: what happens, and what must come of it. */
  about: string
  /** Another world than the usual one. */
  world?: { replicas?: Replicas; env?: Environment }
  /** Seconds that the shop may take to come to rest afterwards; 90 when left out. */
  restSec?: number
  /** How much must happen at least; a run in which less happens is inconclusive. */
  floors?: Floors
  /** True where an engine of the world's own must be stopped. */
  ownDatabase?: true
  play(ground: Ground): Promise<void>
}
