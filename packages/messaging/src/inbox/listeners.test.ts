// What a listener guarantees: it receives every event from its start on, whatever it did with earlier ones.
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { countedRecord, counterEvents, listeningLog } from '../testbed.fixture.ts'
import { memoryTransport } from '../transport/memory.ts'
import { startListeners } from './consumer.ts'
import { subscribeEphemeral } from './event-handler.ts'

const { counted } = counterEvents()

test('a listener that fails on an event receives the next one', async () => {
  const log = listeningLog()
  const transport = memoryTransport()
  const received: number[] = []
  const listener = await startListeners(
    transport,
    'cache',
    [
      subscribeEphemeral(counted, ({ message: { data } }) => {
        received.push(data.n)
        if (data.n === 1) throw new Error('a defect')
      }),
    ],
    {},
    log,
  )
  await transport.send([countedRecord('a', 1), countedRecord('a', 2)], () => undefined)
  await eventually('both are delivered', () => !transport.busy())
  expect(received).toEqual([1, 2])
  expect(log.lines).toContainEqual({
    level: 'warn',
    message: 'listener: an event failed and is skipped; look at the error',
  })
  await listener.stop()
  await transport.close()
})
