// HTTP tax provider: what it asks, what it takes as an answer, its cache, and what it does while the service does not answer.
import type { TaxRate } from '@cartwright/contracts'
import { createLogger } from '@cartwright/telemetry'
import { exampleRules, type FakeTaxProvider, startFakeTaxProvider } from '@cartwright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { openTaxProvider, taxProviderSpec } from './http-tax-provider.ts'
import { findTaxedRules } from './tax-provider.ts'

const vat: TaxRate = { name: 'MwSt.', country: 'DE', taxClass: 'standard', rate: 19 }
const at = new Date('2026-11-30T12:00:00Z')
const inGermany = { destination: { country: 'DE', postalCode: '28195' }, currency: 'EUR', at }
const rules = exampleRules(1, { taxRates: [{ ...vat, rate: 1 }] })
const log = createLogger('order', 'silent')

let fake: FakeTaxProvider
beforeEach(async () => {
  fake = await startFakeTaxProvider()
})
afterEach(() => fake[Symbol.asyncDispose]())

const open = (env: Record<string, string> = {}) =>
  openTaxProvider(readConfig('order', 'ORDER_', taxProviderSpec, { TAX_PROVIDER_URL: fake.url, ...env }), log)

test('without an address the rates are those of the shop', async () => {
  const provider = openTaxProvider(readConfig('order', 'ORDER_', taxProviderSpec, {}), log)
  expect(await findTaxedRules(provider, rules, inGermany)).toBe(rules)
})

test.each(['tax.example/rates', 'ftp://tax.example'])('%j is refused as an address', (url) => {
  expect(() => readConfig('order', 'ORDER_', taxProviderSpec, { TAX_PROVIDER_URL: url })).toThrow(/TAX_PROVIDER_URL must be/)
})

describe('an answer', () => {
  test('replaces the rates of the shop, and is asked for with destination, currency, time and token', async () => {
    fake.say({ taxRates: [vat] })
    const provider = open({ TAX_PROVIDER_TOKEN: 'a-token' })
    expect(await findTaxedRules(provider, rules, inGermany)).toEqual({ ...rules, taxRates: [vat] })
    expect(fake.asked).toEqual([
      { destination: inGermany.destination, currency: 'EUR', at: at.toISOString(), authorization: 'Bearer a-token' },
    ])
  })

  test('without rates says that nothing is taxed there', async () => {
    fake.say({ taxRates: [] })
    expect(await findTaxedRules(open(), rules, inGermany)).toEqual({ ...rules, taxRates: [] })
  })

  test('is used again for the same place and currency, and asked for once by callers at the same time', async () => {
    fake.say({ taxRates: [vat] })
    const provider = open()
    await Promise.all(Array.from({ length: 20 }, () => provider.ratesAt(inGermany, rules)))
    await provider.ratesAt(inGermany, rules)
    expect(fake.asked).toHaveLength(1)
    await provider.ratesAt({ ...inGermany, currency: 'USD' }, rules)
    await provider.ratesAt({ ...inGermany, destination: { country: 'DE', postalCode: '10115' } }, rules)
    expect(fake.asked).toHaveLength(3)
  })

  test('is not used again when the configuration says so', async () => {
    fake.say({ taxRates: [vat] })
    const provider = open({ TAX_PROVIDER_CACHE_SEC: '0' })
    for (const _ of [1, 2]) await provider.ratesAt(inGermany, rules)
    expect(fake.asked).toHaveLength(2)
  })
})

describe('rates are unknown, and never none,', () => {
  test.each([
    ['a failure', { status: 500 }],
    ['a redirect', { status: 302 }],
    ['a refusal', { status: 404 }],
    ['no JSON', { body: 'rates' }],
    ['no rates', { body: '{"rates":[]}' }],
    ['a rate that is no number', { body: '{"taxRates":[{"name":"V","country":"DE","taxClass":"standard","rate":"19"}]}' }],
    ['rates of another country', { taxRates: [{ ...vat, country: 'FR' }] }],
    ['rates of another region', { taxRates: [{ ...vat, region: 'BY' }] }],
    ['nothing in time', 'hang'],
  ] as const)('after %s', async (_, answer) => {
    fake.say(answer)
    const provider = open({ TAX_PROVIDER_TIMEOUT_MS: '200' })
    expect(await findTaxedRules(provider, rules, inGermany)).toBeNull()
    fake.say({ taxRates: [vat] })
    expect(await findTaxedRules(provider, rules, inGermany)).toMatchObject({ taxRates: [vat] })
  })

  test('when nothing listens at the address', async () => {
    expect(await findTaxedRules(open({ TAX_PROVIDER_URL: 'http://127.0.0.1:9/' }), rules, inGermany)).toBeNull()
  })
})

test('after three failures the provider is left alone for a second', async () => {
  fake.say({ status: 503 })
  const provider = open()
  for (let call = 0; call < 10; call++) expect(await findTaxedRules(provider, rules, inGermany)).toBeNull()
  expect(fake.asked).toHaveLength(3)
})
