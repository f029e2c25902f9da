// Environment of a shop for tests: schemas with a random prefix, a free port, new secrets and the dev services.
import { randomBytes } from 'node:crypto'
import { schemaOwners, serviceNames, services } from '@cartwright/contracts'
import { connect } from '@cartwright/db'
import type { Clock, Environment } from '@cartwright/service-kit'
import { engineUrl, proxyOf, type TcpProxy } from '@cartwright/testing'
import { type DevServices, openDevServices } from '../dev-services.ts'
import { type ShopSettings, shopEnvironment } from '../environment.ts'
import { freePort } from '../free-port.ts'
import { drawSecrets } from '../secrets.ts'

export interface TestEnvironmentOptions {
  /** First letter of the schema prefix, so that leftover schemas show which tests made them. */
  letter: 'f' | 'p'
  clock?: Clock
  /** Puts a proxy that injects faults in front of the database, the mail server and Stripe. */
  proxied?: boolean
}

/** Proxies of `proxied`. */
export interface EnvironmentProxies {
  database: TcpProxy
  smtp: TcpProxy
  stripe: TcpProxy
}

export interface TestEnvironment {
  url: string
  gatewayPort: number
  /** Root address of the database server. */
  databaseUrl: string
  schemaPrefix: string
  devServices: DevServices
  /** Null unless `proxied`. */
  proxies: EnvironmentProxies | null
  /** Variables for every service; those in `own` take precedence. */
  variables(engines: Pick<ShopSettings, 'kafkaBrokers' | 'redisUrl' | 'elasticsearchUrl'>, own: Environment): Environment
}

/** Every port that a service listens on, as a free one. */
const freePorts: Environment = Object.fromEntries(
  serviceNames.flatMap((name) => Object.values(services[name].ports).map((variable) => [variable, '0'])),
)

/** Drops the schemas of a shop that has stopped. */
export const dropSchemas = async (root: string, prefix: string): Promise<void> => {
  const connection = await connect(root)
  for (const name of schemaOwners) await connection.query(`DROP DATABASE IF EXISTS ${prefix}${name}`)
  await connection.end()
}

const openProxies = async (
  opened: AsyncDisposableStack,
  addresses: Record<keyof EnvironmentProxies, string>,
): Promise<EnvironmentProxies> => {
  const open = async (url: string) => opened.use(await proxyOf(url))
  return { database: await open(addresses.database), smtp: await open(addresses.smtp), stripe: await open(addresses.stripe) }
}

/** Addresses as the services see them: behind the proxies. */
const throughProxies = <S extends Pick<ShopSettings, 'databaseUrl' | 'smtpUrl' | 'stripe'>>(
  settings: S,
  { database, smtp, stripe }: EnvironmentProxies,
): S => ({
  ...settings,
  databaseUrl: database.through(settings.databaseUrl),
  smtpUrl: smtp.through(settings.smtpUrl),
  stripe: { ...settings.stripe, apiBase: stripe.through(settings.stripe.apiBase ?? '') },
})

/** Opens the environment; disposing of `opened` stops the dev services and drops the schemas. */
export const openTestEnvironment = async (
  opened: AsyncDisposableStack,
  { letter, clock, proxied = false }: TestEnvironmentOptions,
): Promise<TestEnvironment> => {
  const databaseUrl = engineUrl()
  const schemaPrefix = `${letter}_${randomBytes(4).toString('hex')}_`
  opened.defer(() => dropSchemas(databaseUrl, schemaPrefix))
  const secrets = await drawSecrets()
  const gatewayPort = await freePort(0)
  const url = `http://127.0.0.1:${gatewayPort}`
  const devServices = await openDevServices({
    config: { smtpUrl: null, stripeKey: null, webhookSecrets: null, mailboxPort: 0, sandboxPort: 0, sandboxLatencyMs: 0 },
    secrets,
    gatewayUrl: url,
    ...(clock ? { clock } : {}),
  })
  opened.defer(() => devServices.stop())
  const { smtpUrl, stripe, mailbox } = devServices
  const proxies = proxied
    ? await openProxies(opened, { database: databaseUrl, smtp: smtpUrl, stripe: stripe.apiBase ?? '' })
    : null
  const direct = { secrets, databaseUrl, schemaPrefix, publicUrl: url, gatewayPort, smtpUrl, stripe }
  const settings = proxies ? throughProxies(direct, proxies) : direct
  return {
    url,
    gatewayPort,
    databaseUrl,
    schemaPrefix,
    devServices,
    proxies,
    variables: (engines, own) =>
      shopEnvironment({ ...settings, ...engines, mailboxUrl: mailbox?.url ?? null }, { ...freePorts, ...own }),
  }
}
