// Port claims: never a port in use, and never the same port for two claims.
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

test('the claim of a taken port returns the next free port', async () => {
  const taken = await listen()
  const { port } = await claimPort(taken.port, claims)
  expect(port).toBeGreaterThan(taken.port)
  taken.close()
})

test('two claims at the same time get two ports, and a released port is claimed again', async () => {
  const [one, other] = await Promise.all([claimPort(21_500, claims), claimPort(21_500, claims)])
  expect(one.port).not.toBe(other.port)
  one.release()
  expect((await claimPort(one.port, claims)).port).toBe(one.port)
})
