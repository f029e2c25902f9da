// `npm start`: the whole shop in one process, on a database of its own.
import { program } from '@cartwright/service-kit'
import { runningFile, welcome } from './announce.ts'
import { openHouse } from './house.ts'
import { step } from './progress.ts'
import type { ServicePlace } from './service-processes.ts'
import { startShop } from './start-shop.ts'

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
  await step(
    say,
    'filling the shop',
    () => shop.seed(),
    () => 'products, customers and an admin',
  )
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
