// `npm run start:observed`: the distributed shop with Prometheus, Alertmanager, log lines in Elasticsearch and, where there is one, Jaeger.
import { program } from '@cartwright/service-kit'
import { openEngines, startServices } from './distributed.ts'
import { openObservers } from './observers.ts'
import { keepRunning, openRuntime } from './runtime.ts'
import { startupBanner } from './startup-banner.ts'

await program(async (context) => {
  await using opened = new AsyncDisposableStack()
  const { print, signal } = context
  print('Starting Cartwright as one process per service, with everything that shows what it does.')
  const runtime = await openRuntime(context, opened)
  signal.throwIfAborted()
  const engines = await openEngines(runtime, context, opened)
  signal.throwIfAborted()
  const observers = await openObservers(runtime, context, opened)
  signal.throwIfAborted()
  const { config } = runtime
  const observed = { ...runtime, config: { ...config, logElasticsearchUrl: config.logElasticsearchUrl ?? engines.elasticsearch } }
  const places = await startServices(observed, engines, context, opened, observers)
  await observers.watch(places.services)
  print(startupBanner(observed, places))
  return keepRunning(print, opened)
})
