// Ports: never one that somebody listens on, never the same for two who ask at once.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { claimPort } from './port.ts'

const claims = mkdtempSync(join(tmpdir(), 'cartwright-ports-'))
afterAll(() => rmSync(claims, { recursive: true }))

const listen = async (): Promise<{ port: number; close: () => void }> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, close: () => server.close() }
}

test('a port that is taken gives the next free one', async () => {
  const taken = await listen()
  const { port } = await claimPort(taken.port, claims)
  expect(port).toBeGreaterThan(taken.port)
  taken.close()
})

test('two who ask at the same moment get two ports, and a port given back is given again', async () => {
  const [one, other] = await Promise.all([claimPort(21_500, claims), claimPort(21_500, claims)])
  expect(one.port).not.toBe(other.port)
  one.release()
  expect((await claimPort(one.port, claims)).port).toBe(one.port)
})
