// `npm run start:distributed`: seven processes over real Kafka, MySQL or MariaDB, Redis and Elasticsearch.
import { program } from '@cartwright/service-kit'
import { welcome } from './announce.ts'
import { openEngines, startServices } from './distributed.ts'
import { openHouse } from './house.ts'

await program(async (context) => {
  await using opened = new AsyncDisposableStack()
  const { say, signal } = context
  say('Starting Cartwright as seven processes.')
  const house = await openHouse(context, opened)
  signal.throwIfAborted()
  const engines = await openEngines(house, context, opened)
  signal.throwIfAborted()
  const places = await startServices(house, engines, context, opened)
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
