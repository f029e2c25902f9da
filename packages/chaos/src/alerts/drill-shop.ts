// Shop for drills: every service with its usual deadlines, real engines, Prometheus, Alertmanager and normal load.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Environment } from '@cartwright/service-kit'
import { type Alerting, type Mailbox, type RunningShopFile, startAlerting, startMailbox } from '@cartwright/shop/test-shop'
import { openJournal } from '../journal.ts'
import { openShopUnderTest, type ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { createStockedProducts } from '../shoppers/products.ts'
import { signInOperator } from '../shoppers/simulated-user.ts'
import type { DrillShop } from './drill.ts'
import { startLoad } from './load.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const at = (port: number): string => `http://127.0.0.1:${port}`

/** About one order a second and a half: enough to see a fault, little enough for a small machine. */
const normalLoad = { customers: 14, pauseMs: 10_000 } as const

/** Metrics pages of the services. */
const metricsOf = ({ fleet }: ShopUnderTest): Record<string, string> =>
  Object.fromEntries(fleet.replicas.map(({ name, metricsPort }) => [name, `${at(metricsPort)}/metrics`]))

/** Describes the shop where `npm run ops` looks for it. */
const writeRunningFile = (dataDir: string, { url, sandboxUrl, devServices, fleet }: ShopUnderTest): void => {
  const running: RunningShopFile = {
    gateway: url,
    stripeSandbox: sandboxUrl,
    ...(devServices.mailbox ? { mailbox: devServices.mailbox.url } : {}),
    services: Object.fromEntries(
      fleet.replicas.map(({ name, port, metricsPort }) => [name, { http: at(port), metrics: `${at(metricsPort)}/metrics` }]),
    ),
  }
  writeFileSync(join(dataDir, 'running.json'), JSON.stringify(running))
}

const operatorsCommand =
  (dataDir: string, env: Environment): DrillShop['ops'] =>
  async (words) => {
    const args = ['run', '--silent', 'ops', '--', ...words]
    const { stdout } = await promisify(execFile)('npm', args, { cwd: root, env: { ...env, SHOP_DATA_DIR: dataDir } })
    return stdout
  }

const evaluateAt =
  ({ prometheus }: Alerting): DrillShop['evaluate'] =>
  async (expression) => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
    const value = data.result[0]?.value[1]
    return value === undefined ? null : Number(value)
  }

/** Creates a product as an operator. @returns its SKU */
const createProduct = async ({ url }: ShopUnderTest, sku: string): Promise<string> => {
  const admin = await signInOperator(url, openJournal())
  await createStockedProducts(admin, [{ sku, stock: 100_000 }])
  return sku
}

export interface OpenDrillShop extends AsyncDisposable {
  site: DrillShop
  alerting: Alerting
  operatorsMailbox: Mailbox
}

interface DrillShopOptions {
  dataDir: string
  env: Environment
  keep: boolean
  print(line: string): void
}

/** Starts everything; the load begins at once. */
export const openDrillShop = async ({ dataDir, env, keep, print }: DrillShopOptions): Promise<OpenDrillShop> => {
  await using opened = new AsyncDisposableStack()
  const shop = opened.use(
    await openShopUnderTest({
      dataDir,
      keep,
      print,
      // Its own database: the drills end transactions, and look for them among all that are open.
      given: { elasticsearch: env.TEST_ELASTICSEARCH_URL },
      deadlines: {},
      env: { FAULT_FLAGS: 'true' },
      onDeath: (label, how) => print(`  ! ${label} ended (${how})`),
    }),
  )
  writeRunningFile(dataDir, shop)
  print('starting Prometheus and Alertmanager')
  const operatorsMailbox = await startMailbox({ httpPort: 0 })
  opened.defer(() => operatorsMailbox.stop())
  const { smtpUrl } = operatorsMailbox
  const alerting = await startAlerting({ dataDir, smtpUrl, recipient: 'operators@example.com' })
  opened.defer(() => alerting.stop())
  await alerting.watch(metricsOf(shop))
  const sku = await createProduct(shop, 'DRILL-LAMP')
  const spareSku = await createProduct(shop, 'DRILL-CHAIR')
  const load = startLoad({ url: shop.url, sku, ...normalLoad })
  opened.defer(() => load.stop())
  const site: DrillShop = {
    shop,
    load,
    sku,
    spareSku,
    addProduct: async () => void (await createProduct(shop, 'DRILL-TABLE')),
    ops: operatorsCommand(dataDir, env),
    evaluate: evaluateAt(alerting),
  }
  const stack = opened.move()
  return { site, alerting, operatorsMailbox, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
