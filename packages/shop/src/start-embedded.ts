// `npm start`: the whole shop in one process, on a database of its own.
import { program } from '@cartwright/service-kit'
import { runningFile, welcome } from './announce.ts'
import { openHouse } from './house.ts'
import { step } from './progress.ts'
import type { Seeded } from './seeding.ts'
import type { ServicePlace } from './service-processes.ts'
import { startShop } from './start-shop.ts'

const whatWasFilled = (outcome: Seeded | { failed: string }): string => {
  if (typeof outcome === 'object')
    return `the shop runs with what it has; products and people could not be added: ${outcome.failed}`
  return outcome === 'everywhere'
    ? 'products, customers and an admin'
    : 'products, customers and an admin; some services will see them later'
}

await program(async (context) => {
  await using opened = new AsyncDisposableStack()
  const { say, signal } = context
  say('Starting Cartwright in one process.')
  const house = await openHouse(context, opened)
  signal.throwIfAborted()
  const env = house.environment({
    kafkaBrokers: null,
    redisUrl: house.config.redisUrl,
    elasticsearchUrl: house.config.elasticsearchUrl,
  })
  const shop = await step(
    say,
    'starting the services',
    () => startShop({ env, logFile: house.data.path('logs', 'shop.log'), alone: true }),
    () => 'seven services',
  )
  opened.defer(() => shop.stop())
  signal.throwIfAborted()
  if (!house.isProduction) {
    await step(
      say,
      'filling the shop',
      // A shop that has data serves it, whatever keeps the example goods out.
      () => shop.seed().catch((error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) })),
      whatWasFilled,
    )
  }
  const services = Object.fromEntries(
    Object.values(shop.services).map((service): [string, ServicePlace] => [
      service.name,
      { http: service.url, metrics: service.metricsUrl, pid: process.pid },
    ]),
  )
  const places = {
    mode: 'embedded' as const,
    services,
    ...(house.config.redisUrl ? { redis: house.config.redisUrl } : {}),
    ...(house.config.elasticsearchUrl ? { elasticsearch: house.config.elasticsearchUrl } : {}),
  }
  house.data.writeRunning(runningFile(house, places))
  say(welcome(house, places))
  const stack = opened.move()
  return {
    stop: async () => {
      say('Stopping …')
      await stack.disposeAsync()
      say('Stopped. The data is kept.')
    },
  }
})
