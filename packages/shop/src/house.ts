// What embedded and distributed mode have in common: configuration, the locked data folder, secrets, ports, stand-ins and the database.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Engine, startMysql } from '@cartwright/native'
import { type Environment, isProduction, type ProgramContext, ProgramError } from '@cartwright/service-kit'
import type { ShopConfig } from './config.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { type Surroundings, shopEnvironment } from './environment.ts'
import { freePort } from './free-port.ts'
import { readShopConfig } from './production.ts'
import { step } from './progress.ts'
import { loadSecrets } from './secrets.ts'
import { openStandInsBeside, type StandInPlaces } from './stand-ins-beside.ts'

export interface House {
  config: ShopConfig
  /** Then there are no stand-ins and no development data. */
  isProduction: boolean
  data: DataFolder
  /** As people see the gateway. */
  publicUrl: string
  gatewayPort: number
  standIns: StandInPlaces
  database: { url: string; engine: Engine | null }
  /** The services' environment, once it is clear which further engines there are. */
  environment(engines: Pick<Surroundings, 'kafkaBrokers' | 'redisUrl' | 'elasticsearchUrl'>): Environment
}

const defaultDataDir = fileURLToPath(new URL('../../../.data', import.meta.url))

const openDatabase = async (
  config: ShopConfig,
  data: DataFolder,
  { say }: Pick<ProgramContext, 'say'>,
): Promise<House['database']> => {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, engine: null }
  const { databaseEngine: engine } = config
  if (engine !== 'mariadb' && engine !== 'mysql')
    throw new ProgramError(`DATABASE_ENGINE is ${engine}, but must be mariadb or mysql.`)
  const started = await step(
    say,
    `starting ${engine}`,
    () => startMysql({ dataDir: data.path(engine), engine, durable: true, log: (line) => say(`    ${line}`) }),
    (server) => `${server.kind} ${server.version} on port ${server.port}`,
  )
  return { url: started.url, engine: started }
}

/** Longer paths fit into no socket's address. */
const longestSocketPath = 100

/** Services reach a server that we started by its socket: writing statements to a port is the largest single cost of a checkout. */
const urlForServices = ({ url, engine }: House['database'], data: DataFolder): string => {
  if (engine === null) return url
  const socket = data.path(engine.kind, 'data', 'server.sock')
  if (socket.length > longestSocketPath || !existsSync(socket)) return url
  const near = new URL(url)
  near.searchParams.set('socket', socket)
  return near.href
}

/** Opens the house. Everything it opens is handed to `stack`, which closes it in the opposite order. */
export const openHouse = async (context: ProgramContext, stack: AsyncDisposableStack): Promise<House> => {
  const { env, say } = context
  const config = await readShopConfig(env)
  const data = openDataFolder(config.dataDir ?? defaultDataDir)
  stack.defer(() => data.close())
  const secrets = await loadSecrets(data.path('secrets.json'))
  const gatewayPort = await freePort(config.gatewayPort)
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${gatewayPort}`
  const database = await openDatabase(config, data, context)
  if (database.engine) stack.defer(() => database.engine?.stop())
  const standIns = await openStandInsBeside({ config, secrets, gatewayUrl, sandboxFile: data.path('stripe-sandbox.json') })
  stack.defer(() => standIns.stop())
  if (standIns.sandbox === null) say('  ✓ using Stripe with your key')
  return {
    config,
    isProduction: isProduction(env),
    data,
    publicUrl,
    gatewayPort,
    standIns,
    database,
    environment: (engines) =>
      shopEnvironment(
        {
          secrets,
          databaseUrl: urlForServices(database, data),
          schemaPrefix: config.schemaPrefix,
          publicUrl,
          gatewayPort,
          smtpUrl: standIns.smtpUrl,
          stripe: standIns.stripe,
          mailboxUrl: standIns.mailbox?.url ?? null,
          ...engines,
        },
        env,
      ),
  }
}
