// Runtime environment of both modes: configuration, locked data folder, secrets, ports, dev services and the database.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { claimPort, type Engine, startMysql } from '@cartwright/native'
import { type Environment, isProduction, type ProgramContext, ProgramError, type Running } from '@cartwright/service-kit'
import type { ShopConfig } from './config.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { type DevServicesAddresses, openDevServicesWorker } from './dev-services-worker.ts'
import { type ShopSettings, shopEnvironment } from './environment.ts'
import { somePort } from './free-port.ts'
import { sandboxOffsetSec } from './history/progress.ts'
import { readShopConfig } from './production.ts'
import { step } from './progress.ts'
import { loadSecrets } from './secrets.ts'

export interface Runtime {
  config: ShopConfig
  /** A production shop has no dev services and no development data. */
  isProduction: boolean
  data: DataFolder
  /** Keeps the progress of the seeded orders. */
  historyFile: string
  /** Public address of the gateway. */
  publicUrl: string
  devServices: DevServicesAddresses
  database: { url: string; engine: Engine | null }
  /** Environment of the services, with the addresses of the other engines. */
  environment(engines: Pick<ShopSettings, 'kafkaBrokers' | 'redisUrl' | 'elasticsearchUrl'>): Environment
}

const defaultDataDir = fileURLToPath(new URL('../../../.data', import.meta.url))

const openDatabase = async (
  config: ShopConfig,
  data: DataFolder,
  { print }: Pick<ProgramContext, 'print'>,
): Promise<Runtime['database']> => {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, engine: null }
  const { databaseEngine: engine } = config
  if (engine !== 'mariadb' && engine !== 'mysql')
    throw new ProgramError(`DATABASE_ENGINE is ${engine}, but must be mariadb or mysql.`)
  const started = await step(
    print,
    `starting ${engine}`,
    () => startMysql({ dataDir: data.path(engine), engine, durable: true, log: (line) => print(`    ${line}`) }),
    (server) => `${server.kind} ${server.version} on port ${server.port}`,
  )
  return { url: started.url, engine: started }
}

/** Maximum length of a path in a Unix socket's address. */
const longestSocketPath = 100

/** Services reach a server that the shop started by its Unix socket, because TCP writes are the largest cost of a checkout. */
const urlForServices = ({ url, engine }: Runtime['database'], data: DataFolder): string => {
  if (engine === null) return url
  const socket = data.path(engine.kind, 'data', 'server.sock')
  if (socket.length > longestSocketPath || !existsSync(socket)) return url
  const near = new URL(url)
  near.searchParams.set('socket', socket)
  return near.href
}

/** Opens the runtime environment. Everything that it opens is deferred to `stack`, which closes it in reverse order. */
export const openRuntime = async (context: ProgramContext, stack: AsyncDisposableStack): Promise<Runtime> => {
  const { env, print } = context
  const config = await readShopConfig(env)
  const data = openDataFolder(config.dataDir ?? defaultDataDir)
  stack.defer(() => data.close())
  const secrets = await loadSecrets(data.path('secrets.json'))
  const { port: gatewayPort, release } = await claimPort(config.gatewayPort || somePort())
  stack.defer(release)
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${gatewayPort}`
  const database = await openDatabase(config, data, context)
  if (database.engine) stack.defer(() => database.engine?.stop())
  const historyFile = data.path('history.json')
  const devServices = await openDevServicesWorker({
    config,
    secrets,
    gatewayUrl,
    sandboxFile: data.path('stripe-sandbox.json'),
    sandboxOffsetSec: sandboxOffsetSec(historyFile),
  })
  stack.defer(() => devServices.stop())
  if (devServices.sandbox === null) print('  ✓ using Stripe with your key')
  return {
    config,
    isProduction: isProduction(env),
    data,
    historyFile,
    publicUrl,
    devServices: devServices,
    database,
    environment: (engines) =>
      shopEnvironment(
        {
          secrets,
          databaseUrl: urlForServices(database, data),
          schemaPrefix: config.schemaPrefix,
          publicUrl,
          gatewayPort,
          smtpUrl: devServices.smtpUrl,
          stripe: devServices.stripe,
          mailboxUrl: devServices.mailbox?.url ?? null,
          ...engines,
        },
        env,
      ),
  }
}

/** Waits until the program is stopped, then closes the opened parts in reverse order. */
export const keepRunning = (print: ProgramContext['print'], opened: AsyncDisposableStack): Running => {
  const stack = opened.move()
  return {
    stop: async () => {
      print('Stopping …')
      await stack.disposeAsync()
      print('Stopped. The data stays in the data folder.')
    },
  }
}
