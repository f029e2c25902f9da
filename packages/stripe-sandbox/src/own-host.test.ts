// Host check against DNS rebinding: the sandbox answers only to its own host names.
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOwnHost } from './own-host.ts'
import { type TestSandbox, testSandbox } from './test-sandbox.ts'

let at: TestSandbox
beforeAll(async () => {
  at = await testSandbox({ hosts: ['tools.shop.test'] })
})
afterAll(() => at[Symbol.asyncDispose]())

const ask = (host: string, path: string, method = 'GET'): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: at.sandbox.port, path, method, headers: { host } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end()
  })

const foreign = [
  'evil.example',
  '127.0.0.1.nip.io:12111',
  'localhost.evil.example',
  '192.168.0.10',
  'mylocalhost',
  '[fe80::1]',
  'a@localhost',
]

test.each(foreign)('the foreign host %s gets one clear line from every path', async (host) => {
  for (const [path, method] of [
    ['/', 'GET'],
    ['/_sandbox/ledger', 'GET'],
    ['/_sandbox/clock', 'POST'],
    ['/v1/events', 'GET'],
    ['/nowhere', 'GET'],
  ] as const) {
    const answer = await ask(host, path, method)
    expect(answer.status).toBe(421)
    expect(answer.text.trim().split('\n')).toHaveLength(1)
  }
})

test.each([
  'localhost',
  'LOCALHOST:8025',
  '127.0.0.1',
  '127.3.2.1:9',
  '[::1]:12111',
  'pay.localhost',
  'tools.shop.test:80',
  'localhost.',
])('the own host %s is answered', async (host) => {
  expect((await ask(host, '/')).status).toBe(200)
})

test('a request without a host is refused, and the real library is answered', async () => {
  expect(isOwnHost(undefined, [])).toBe(false)
  expect(isOwnHost('', [])).toBe(false)
  expect((await at.open()).status).toBe('open')
})
