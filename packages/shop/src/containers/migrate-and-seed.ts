// Applies the migrations of every schema and writes the development data, then ends. The services start after it.
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { ConfigError, program, readConfig, sharedSpec } from '@cartwright/service-kit'
import { startShop } from '../start-shop.ts'

const spec = { brokers: sharedSpec.kafkaBrokers, seed: sharedSpec.seed }

await program(async ({ env, print }) => {
  const { brokers, seed } = readConfig('migrate-and-seed', '\0', spec, env)
  if (brokers.length === 0) throw new ConfigError('migrate-and-seed', ['KAFKA_BROKERS is missing: the seed publishes events'])
  const transport = await kafkaTransport({ brokers: [...brokers], clientId: 'migrate-and-seed' })
  // A start applies the migrations. The consumers of all services run here until the seed has reached every projection.
  const shop = await startShop({ env, transport })
  try {
    print('The schemas are migrated.')
    if (seed) print(`The development data is written; its events are ${await shop.seed()}.`)
  } finally {
    await shop.stop()
  }
})
