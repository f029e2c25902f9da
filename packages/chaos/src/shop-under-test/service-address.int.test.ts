// Load balancer of a rollout: what it guarantees to requests while one replica takes over from another.
import { type AddressInfo, connect, createServer } from 'node:net'
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { openServiceAddress } from './service-address.ts'

/** A replica that says its name on each connection. */
const startReplica = async (name: string) => {
  const server = createServer((socket) => socket.end(name))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() }
}

const ask = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    connect(port, '127.0.0.1')
      .on('data', (chunk) => (text += chunk))
      .on('close', () => resolve(text))
      .on('error', reject)
  })

test('a retired replica gets no new connection, not even while its successor does not answer in time', async () => {
  const [old, next] = [await startReplica('old'), await startReplica('next')]
  const ready = new Set([old.port])
  let polls = 0
  const address = await openServiceAddress([old.port], async (port) => {
    polls += 1
    return ready.has(port)
  })
  const askFourTimes = async (): Promise<string[]> => {
    const answers: string[] = []
    for (let turn = 0; turn < 4; turn++) answers.push(await ask(address.port))
    return answers
  }
  expect(await askFourTimes()).toEqual(Array(4).fill('old'))
  ready.add(next.port)
  await address.add(next.port)
  ready.delete(old.port)
  await address.retire(old.port)
  ready.delete(next.port)
  const seen = polls
  await eventually('the load balancer has asked it twice more', () => polls >= seen + 2)
  expect(await askFourTimes()).toEqual(Array(4).fill('next'))
  await address.stop()
  for (const replica of [old, next]) replica.stop()
})
