// Fixture of one run: the operator, the fault injector, the random numbers and everything else that a scenario works with.
import type { LogSecrets } from './collected-state/logs.ts'
import type { Violation } from './collected-state/rows.ts'
import { databaseNow, type Scope } from './collected-state/scope.ts'
import { createStripeOperator } from './collected-state/stripe-operator.ts'
import { openInjector } from './faults/inject.ts'
import type { Journal } from './journal.ts'
import { seededRandom } from './random.ts'
import type { Fixture, Scenario } from './scenarios/scenario.ts'
import type { ShopUnderTest } from './shop-under-test/shop-under-test.ts'
import { addressSecrets } from './shoppers/actor.ts'
import { setPriceRules } from './shoppers/price-rules.ts'
import { createStockedProducts } from './shoppers/products.ts'
import { type SimulatedUser, signInOperator } from './shoppers/simulated-user.ts'

export interface FixtureOptions {
  shop: ShopUnderTest
  scenario: Scenario
  seed: number
  journal: Journal
  print(line: string): void
}

export interface RunFixture {
  fixture: Fixture
  /** Expectations of the scenario that did not hold. */
  broken: Violation[]
  addViolation(what: string): void
  /** Secrets that no log may hold. */
  secrets(): LogSecrets
}

const discardAs =
  (admin: SimulatedUser) =>
  async (owner: string, id: number): Promise<void> => {
    await admin.callWithRetry('POST', `/v1/admin/dead-letters/${owner}-${id}/discard`, {
      action: `discard dead letter ${id} of ${owner}`,
      seconds: 20,
    })
  }

const secretsOf = (shop: ShopUnderTest, ofUsers: LogSecrets): LogSecrets => [
  ...addressSecrets,
  ...ofUsers,
  ...Object.entries(shop.secrets)
    .filter(([name]) => name !== 'sealPublicJwk')
    .map(([name, value]) => ({ what: `the secret ${name}`, value })),
  // The password of a given engine may be a word that occurs anywhere.
  ...(shop.engines.mysql.own ? [{ what: 'the database password', value: new URL(shop.engines.mysql.url).password }] : []),
]

export const openFixture = async ({ shop, scenario, seed, journal, print }: FixtureOptions): Promise<RunFixture> => {
  const random = seededRandom(`${scenario.name}/${seed}`)
  const admin = await signInOperator(shop.url, journal)
  // The rollout begins with an older version, whose rules may be others.
  if (scenario.shop?.root === undefined) await setPriceRules(shop, admin)
  const userSecrets = [{ what: 'an access token', value: admin.token }]
  const since = await databaseNow(shop)
  const injector = openInjector({ shop, journal, random: random.branch('injector'), since }, discardAs(admin))
  const scope: Scope & { skus: string[] } = { since, skus: [], sent: injector.sent }
  const broken: Violation[] = []
  const addViolation = (what: string) => void broken.push({ invariant: 'scenario', subject: scenario.name, what })
  const run = `${seed}-${Date.now().toString(36)}`.toUpperCase()
  const fixture: Fixture = {
    shop,
    random,
    admin,
    injector,
    scope,
    print,
    journal,
    url: shop.url,
    mails: shop.mails,
    stripeOperator: createStripeOperator(shop, journal),
    addLogSecret: (what, value) => void userSecrets.push({ what, value }),
    createProducts: async (...products) => {
      const first = scope.skus.length + 1
      const created = await createStockedProducts(
        admin,
        products.map((product, index) => ({ sku: `C-${run}-${first + index}`, ...product })),
      )
      scope.skus.push(...created)
      return created
    },
    expect: (holds, what) => {
      if (!holds) addViolation(what)
    },
  }
  return { fixture, broken, addViolation, secrets: () => secretsOf(shop, userSecrets) }
}
