// Scenario: a named test of the whole shop with a seed, and the fixture that it gets.
import type { Environment } from '@cartwright/service-kit'
import type { Scope } from '../collected-state/scope.ts'
import type { Injector } from '../faults/inject.ts'
import type { Floors } from '../floors.ts'
import type { Journal } from '../journal.ts'
import type { Random } from '../random.ts'
import type { Replicas } from '../shop-under-test/fleet-addresses.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { ActorContext } from '../shoppers/order-steps.ts'
import type { StockedProduct } from '../shoppers/products.ts'
import type { SimulatedUser } from '../shoppers/simulated-user.ts'

/** What a scenario works with. */
export interface Fixture extends ActorContext {
  shop: ShopUnderTest
  journal: Journal
  random: Random
  admin: SimulatedUser
  injector: Injector
  scope: Scope & { skus: string[] }
  /** Creates products with stock for this run, under unique names. @returns the SKUs */
  createProducts(...wanted: readonly Omit<StockedProduct, 'sku'>[]): Promise<string[]>
  /** Adds a violation when the condition does not hold. */
  expect(holds: boolean, what: string): void
  print(line: string): void
}

export interface Scenario {
  name: string
  /** One sentence: what happens, and what is expected. */
  about: string
  /** Replicas and variables that differ from the usual shop. */
  shop?: { replicas?: Replicas; env?: Environment; root?: string; stableAddresses?: boolean }
  /** Seconds until the shop must be at rest afterwards; 90 when left out. */
  restSec?: number
  /** The minimum that must happen; a run with less is inconclusive. */
  floors?: Floors
  /** The minimum of the average over a set of runs. */
  averages?: Floors
  /** The scenario stops the database, so the harness must have started it. */
  ownDatabase?: true
  play(fixture: Fixture): Promise<void>
}
