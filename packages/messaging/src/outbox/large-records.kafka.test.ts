// What the relay guarantees for records that the broker refuses for their size: the other records are sent.

import { randomUUID } from 'node:crypto'
import { idFactory } from '@cartwright/db'
import { newTrace } from '@cartwright/telemetry'
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { counterEvents, testbed } from '../testbed.fixture.ts'
import { kafkaTransport } from '../transport/kafka.ts'
import { startRelay } from './relay.ts'

const newId = idFactory(() => Date.now())
const brokers = (process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')

test('a record that the broker refuses is set aside, and large events that exceed a batch together are sent one by one', async () => {
  const topic = `large-${randomUUID().slice(0, 8)}.events`
  await using bed = await testbed(counterEvents(topic))
  const transport = await kafkaTransport({ brokers, clientId: 'large', partitions: 1 })
  await transport.ensureTopics([topic, `${topic}.dlq`])
  const insert = (name: string, bytes: number) => {
    const id = newId('evt')
    return bed.db
      .run`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key,
      payload, headers, occurred_at, available_at) VALUES (${id}, 'test', ${id}, 1, 'test.counted', 1, ${name}, 'k', ${'x'.repeat(bytes)}, ${JSON.stringify(newTrace())}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
  }
  await insert(`${topic}.dlq`, 1_100_000)
  for (let n = 0; n < 6; n++) await insert(topic, 400_000)
  await bed.count('a', 1)
  const relay = startRelay({ db: bed.db, transport, owner: 'one', log: bed.log })
  await eventually(
    'everything is done with',
    async () => (await bed.db.rows`SELECT id FROM outbox_event WHERE published_at IS NULL`).length === 0,
    50_000,
  )
  const refused = await bed.db.rows`SELECT topic, last_error FROM outbox_event WHERE last_error IS NOT NULL`
  expect(refused).toMatchObject([{ topic: `${topic}.dlq`, last_error: expect.stringContaining('too large') }])
  await relay.stop()
  await transport.close()
}, 60_000)
