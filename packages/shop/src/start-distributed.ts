// `npm run start:distributed`: one process per service over Kafka, MySQL or MariaDB, Redis and Elasticsearch.
import { program } from '@cartwright/service-kit'
import { openEngines, startServices } from './distributed.ts'
import { keepRunning, openRuntime } from './runtime.ts'
import { startupBanner } from './startup-banner.ts'

await program(async (context) => {
  await using opened = new AsyncDisposableStack()
  const { print, signal } = context
  print('Starting Cartwright as one process per service.')
  const runtime = await openRuntime(context, opened)
  signal.throwIfAborted()
  const engines = await openEngines(runtime, context, opened)
  signal.throwIfAborted()
  const places = await startServices(runtime, engines, context, opened)
  print(startupBanner(runtime, places))
  return keepRunning(print, opened)
})
