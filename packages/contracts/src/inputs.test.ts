// What clients may send: nothing passes the schemas that a Date, a payment, a parcel or a mail server could not take.
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { cartApi, cartLimit, lineLimit } from './cart/api.ts'
import { catalogApi } from './catalog/api.ts'
import { AddressInput, ImageAddress, Moment, PersonName, PriceInput, payableLimit, Text } from './common.ts'
import { countries } from './countries.ts'
import type { ProblemExtras } from './errors.ts'
import { money } from './money.ts'
import { orderApi } from './order/api.ts'

const address = { name: 'Dana Field', line1: '1 Quay', city: 'Porto', postalCode: '4000', country: 'PT' }

describe('a moment', () => {
  test.each([
    ['2026-11-24T10:00:00Z', true],
    ['2026-11-24T10:00:00.123456Z', true],
    ['2024-02-29T23:59:59+05:30', true],
    ['2016-12-31T23:59:60Z', false],
    ['2017-01-01T00:59:60+01:00', false],
    ['2026-02-30T00:00:00Z', false],
    ['2026-11-24t10:00:00z', false],
    ['0000-01-01T00:00:00+01:00', false],
    ['9999-12-31T23:59:59-01:00', false],
    ['2026-11-24', false],
  ])('%s: %s', (text, taken) => {
    expect(Value.Check(Moment, text)).toBe(taken)
    if (taken) expect(Number.isNaN(new Date(text).getTime())).toBe(false)
  })
})

describe('an address', () => {
  test('lies in a country that there is', () => {
    expect(new Set(countries).size).toBe(249)
    for (const country of countries) expect(country).toMatch(/^[A-Z]{2}$/)
    for (const country of ['XX', 'ZZ', 'EU', 'UK', 'pt', 'PRT'])
      expect(Value.Check(AddressInput, { ...address, country })).toBe(false)
    expect(Value.Check(AddressInput, address)).toBe(true)
  })

  test.each(['name', 'line1', 'city', 'postalCode', 'company'])('has a %s that can be seen, when it has one', (field) => {
    for (const blank of ['', ' ', '\t\n', '\u00a0\u2003'])
      expect(Value.Check(AddressInput, { ...address, [field]: blank })).toBe(false)
    expect(Value.Check(AddressInput, { ...address, [field]: ' x ' })).toBe(true)
  })

  test.each(['name', 'line1', 'city', 'postalCode', 'company'])('has a %s in one line, without what cannot be seen', (field) => {
    for (const hidden of [
      '\n',
      '\r',
      '\t',
      '\0',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u2028',
      '\u200b',
      '\u202e',
      '\u2066',
      '\ufeff',
      '\ud800',
      '\u{e0041}',
    ])
      expect(Value.Check(AddressInput, { ...address, [field]: `x${hidden}y` })).toBe(false)
    expect(Value.Check(AddressInput, { ...address, [field]: 'Zoë Ångström' })).toBe(true)
  })

  test('only text that may be empty may be blank', () => {
    expect(Value.Check(Text(10, 0), '  ')).toBe(true)
    expect(Value.Check(Text(10), '  ')).toBe(false)
  })
})

describe('the name of a person', () => {
  test.each([
    ['Ann Archer', true],
    ["Seán O'Neil-Ó Ríordáin", true],
    ['山田 太郎', true],
    ['محمد', true],
    ['अनीता', true],
    ['👩🏽 Ann', true],
    ['Ann\r\nVisit https://evil.example', false],
    ['Ann\u2029Archer', false],
    ['A\u200dnn', false],
    ['Ann\u202egnp.exe', false],
    ['\u3164', false],
    [' ', false],
    ['A'.repeat(121), false],
  ])('%j: %s', (text, taken) => {
    expect(Value.Check(PersonName, text)).toBe(taken)
  })

  test('is checked in a time that grows with its length', () => {
    const started = performance.now()
    for (const text of ['x '.repeat(500_000), ' '.repeat(1_000_000)]) expect(Value.Check(PersonName, `${text}\n`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('an amount', () => {
  test('the fullest cart at the highest price has a total that is exact', () => {
    expect(Value.Check(PriceInput, money(payableLimit, 'EUR'))).toBe(true)
    expect(Value.Check(PriceInput, money(payableLimit + 1, 'EUR'))).toBe(false)
    expect(Number.isSafeInteger(payableLimit * lineLimit * cartLimit)).toBe(true)
  })

  test.each(['ZZZ', 'XXX', 'XAU', 'XDR', 'eur', 'Eur', 'EURO', '', 'BTC', 'DEM'])(
    'in %j is no amount that a client names',
    (currency) => {
      expect(Value.Check(PriceInput, { amountMinor: 1, currency })).toBe(false)
      expect(Value.Check(orderApi.refundOrder.body, { amount: { amountMinor: 1, currency }, reason: 'broken' })).toBe(false)
      expect(Value.Check(cartApi.setCurrency.body, { currency })).toBe(false)
      expect(Value.Check(cartApi.addLine.body, { sku: 'A', quantity: 1, currency })).toBe(false)
      expect(Value.Check(catalogApi.search.query, { currency })).toBe(false)
      const order = { cartVersion: 1, expectedTotal: { amountMinor: 1, currency }, shippingAddress: address }
      expect(Value.Check(orderApi.placeOrder.body, order)).toBe(false)
      expect(Value.Check(orderApi.placeOrder.body, { ...order, expectedTotal: { amountMinor: 1, currency: 'EUR' } })).toBe(true)
    },
  )

  test('that is refunded is more than nothing', () => {
    const body = orderApi.refundOrder.body
    for (const [amountMinor, taken] of [
      [1, true],
      [0, false],
      [-5, false],
      [payableLimit + 1, false],
    ] as const)
      expect(Value.Check(body, { amount: { amountMinor, currency: 'EUR' }, reason: 'broken' })).toBe(taken)
    expect(Value.Check(body, { reason: 'broken' })).toBe(true)
  })

  test('of stock that comes or goes is not zero', () => {
    for (const [delta, taken] of [
      [1, true],
      [-1, true],
      [0, false],
    ] as const)
      expect(Value.Check(catalogApi.adjustStock.body, { delta, reason: 'count' })).toBe(taken)
  })
})

test('no extra member of a problem can take the place of one that RFC 9457 or the shop defines', () => {
  expectTypeOf<ProblemExtras['status']>().toEqualTypeOf<undefined>()
  expectTypeOf<{ status: string }>().not.toExtend<ProblemExtras>()
  expectTypeOf<{ type: string }>().not.toExtend<ProblemExtras>()
  expectTypeOf<{ orderStatus: 'shipped'; allowed: string[] }>().toExtend<ProblemExtras<'order_state'>>()
})

describe('the address of an image', () => {
  test.each([
    'https://cdn.example/a/b.png',
    'https://cdn.example',
    'https://cdn.example:8443/a%20b.png?w=1&h=2#x',
    'https://a.b-c.example/@user/x.svg',
    'https://xn--bcher-kva.example/x.png',
    'https://192.0.2.1/x.png',
    '/v1/images/img_1',
    '/',
    '/a//b.png',
  ])('%s is taken', (url) => {
    expect(Value.Check(ImageAddress, url)).toBe(true)
    expect(URL.canParse(url, 'https://shop.example')).toBe(true)
  })

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'vbscript:x',
    'blob:https://a.example/x',
    'file:///etc/passwd',
    'http://cdn.example/x.png',
    'ftp://cdn.example/x.png',
    '//evil.example/x.png',
    '/\\evil.example/x.png',
    '\\\\evil.example',
    'https:\\\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https://user:pass@evil.example/x.png',
    'https://user@evil.example',
    'https://shop.example\\@evil.example/x.png',
    'https://evil.example /x.png',
    ' https://cdn.example/x.png',
    'https://cdn.example/x.png\n',
    'https://cdn.example/a b.png',
    'https://cdn.example/"onerror="alert(1)',
    'https://cdn.example/<script>',
    'https://cdn.example/\u0000.png',
    'https://cdn.example/\u202egnp.exe',
    'https://-cdn.example/x.png',
    'https://cdn.example:x/',
    'images/x.png',
    './x.png',
    '',
    `https://cdn.example/${'x'.repeat(500)}`,
  ])('%j is refused', (url) => {
    expect(Value.Check(ImageAddress, url)).toBe(false)
  })

  test('that is taken leads to its host over https, or to the shop', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ab1./:@\\?#%&= \t\n"<>-_~'), maxLength: 12 })
    const typed = fc.oneof(
      part,
      ...['https://', 'https:', '/', '//', 'http://', 'javascript:'].map((begin) => part.map((end) => begin + end)),
    )
    fc.assert(
      fc.property(typed, (url) => {
        // A host that no URL parser takes, such as `a.1`, leads nowhere: a page shows a broken picture.
        if (!Value.Check(ImageAddress, url) || !URL.canParse(url, 'https://shop.example')) return
        const { protocol, host, username, password } = new URL(url, 'https://shop.example')
        expect([protocol, username, password]).toEqual(['https:', '', ''])
        if (url.startsWith('/')) expect(host).toBe('shop.example')
        else expect(new URL(`https://${/^https:\/\/([^/?#]+)/.exec(url)?.[1]}`).host).toBe(host)
      }),
      { numRuns: 3000 },
    )
  })
})
