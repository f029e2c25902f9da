// `npm start`: all services in one process, on a database of its own.
import { serviceNames } from '@cartwright/contracts'
import { program, startTracing } from '@cartwright/service-kit'
import { seedHistory } from './history/seed-history.ts'
import { logPath, openLogKeeper } from './logs/open-log-keeper.ts'
import { step } from './progress.ts'
import { keepRunning, openRuntime } from './runtime.ts'
import type { Seeded } from './seeding.ts'
import { claimServicePorts } from './service-ports.ts'
import type { ServiceAddress } from './service-processes.ts'
import { startShop } from './start-shop.ts'
import { runningFile, startupBanner } from './startup-banner.ts'

const describeSeeding = (outcome: Seeded | { failed: string }): string => {
  if (typeof outcome === 'object')
    return `the development data could not be added; the shop runs with the data that it has: ${outcome.failed}`
  return outcome === 'everywhere'
    ? 'products, customers and an admin'
    : 'products, customers and an admin; some services still process them'
}

await program(async (context) => {
  await using opened = new AsyncDisposableStack()
  const { print, signal } = context
  print('Starting Cartwright in one process.')
  const runtime = await openRuntime(context, opened)
  signal.throwIfAborted()
  const env = runtime.environment({
    kafkaBrokers: null,
    redisUrl: runtime.config.redisUrl,
    elasticsearchUrl: runtime.config.elasticsearchUrl,
  })
  const claimed = await claimServicePorts(env)
  opened.defer(() => claimed.release())
  openLogKeeper(runtime, ['shop'], context, opened)
  const logFile = logPath(runtime, 'shop')
  await seedHistory(runtime, { ...env, ...claimed.environment }, logFile, context)
  const tracing = await startTracing(env)
  opened.defer(() => tracing?.stop())
  const shop = await step(
    print,
    'starting the services',
    () => startShop({ env: { ...env, ...claimed.environment }, logFile, alone: true, tracing }),
    () => `${serviceNames.length} services`,
  )
  opened.defer(() => shop.stop())
  signal.throwIfAborted()
  if (!runtime.isProduction) {
    await step(
      print,
      'adding development data',
      // A shop that has data starts even when the development data cannot be added.
      () => shop.seed().catch((error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) })),
      describeSeeding,
    )
  }
  const services = Object.fromEntries(
    Object.values(shop.services).map((service): [string, ServiceAddress] => [
      service.name,
      { http: service.url, metrics: service.metricsUrl, pid: process.pid },
    ]),
  )
  const places = {
    mode: 'embedded' as const,
    services,
    moved: claimed.moved,
    ...(runtime.config.redisUrl ? { redis: runtime.config.redisUrl } : {}),
    ...(runtime.config.elasticsearchUrl ? { elasticsearch: runtime.config.elasticsearchUrl } : {}),
  }
  runtime.data.writeRunning(runningFile(runtime, places))
  print(startupBanner(runtime, places))
  return keepRunning(print, opened)
})
