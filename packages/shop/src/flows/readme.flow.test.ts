// Commands of the README: the blocks that a reader pastes work unchanged.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')
let shop: TestShop

beforeAll(async () => {
  shop = await startTestShop()
  await shop.shop.seed()
}, 120_000)
afterAll(() => shop?.stop())

/** Runs a marked block of the README against this shop. @returns its output in lines */
const paste = async (name: string): Promise<string[]> => {
  const block = new RegExp(`<!-- run:${name} -->\\n\`\`\`sh\\n([^]*?)\`\`\``).exec(readme)?.[1]
  if (block === undefined) throw new Error(`the README has no block ${name}`)
  const script = block.replace('http://localhost:8080', shop.url).replace('http://localhost:8025', shop.mailbox.url)
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], { timeout: 60_000 })
  return stdout.trim().split('\n')
}

test('the purchase of the README ends with a delivered order', async () => {
  const lines = await paste('purchase')
  expect(lines).toContain('Paper: three for two: -12.90 EUR')
  expect(lines).toContain('Parcel within 3 working days: 4.90 EUR')
  expect(lines).toContain('10 % off your first order: -2.58 EUR')
  expect(lines).toContain('including VAT 19 %: 4.49 EUR')
  expect(lines).toContain('2812 cents')
  expect(lines).toContain('paid')
  expect(lines.some((line) => /^Order CW-\w{4}-\w{4} is confirmed$/.test(line))).toBe(true)
  expect(lines.filter((line) => line.includes('->')).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
    'null -> pending',
    'pending -> processing',
    'processing -> shipped',
    'shipped -> delivered',
  ])
})

test('the registration of the README ends with a signed-in customer', async () => {
  const lines = await paste('register')
  expect(lines.at(-1)).toMatch(/^carla-\d+@example\.net$/)
})
