// Unit tests of return addresses: only allowed origins, used exactly as parsed; ambiguous addresses are refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ReturnRules, returnUrls } from './return-urls.ts'

const rules: ReturnRules = {
  publicUrl: 'https://api.shop.example',
  allowedOrigins: ['https://allowed.example', 'https://Other.Example:8443/', 'https://bücher.example'],
  production: true,
  locale: 'de',
  ticket: 't',
}
const order = { id: 'ord_1', number: 'CW-7QK4-XH2P' }
const success = (successUrl: string, more: Partial<ReturnRules> = {}) =>
  returnUrls({ successUrl }, { ...rules, ...more })(order).successUrl
const refusal = (given: { successUrl?: string; cancelUrl?: string }, more: Partial<ReturnRules> = {}) => {
  try {
    returnUrls(given, { ...rules, ...more })(order)
  } catch (error) {
    return error
  }
  return null
}

describe('an accepted address is used as parsed, and names the order', () => {
  test.each([
    ['https://allowed.example', 'https://allowed.example/?order=ord_1'],
    ['HTTPS://ALLOWED.EXAMPLE/Thanks?a=1#b', 'https://allowed.example/Thanks?a=1&order=ord_1#b'],
    ['https://allowed.example:443/a/../b', 'https://allowed.example/b?order=ord_1'],
    ['https://allowed.example/a@b', 'https://allowed.example/a@b?order=ord_1'],
    ['https://allowed.example?next=//evil.example', 'https://allowed.example/?next=//evil.example&order=ord_1'],
    ['https://other.example:8443/x', 'https://other.example:8443/x?order=ord_1'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC?order=ord_1'],
    ['https://xn--bcher-kva.example/', 'https://xn--bcher-kva.example/?order=ord_1'],
    ['https://api.shop.example/own', 'https://api.shop.example/own?order=ord_1'],
    [
      'https://allowed.example/done?session={CHECKOUT_SESSION_ID}',
      'https://allowed.example/done?session={CHECKOUT_SESSION_ID}&order=ord_1',
    ],
    ['https://allowed.example/?order=none', 'https://allowed.example/?order=none&order=ord_1'],
    ['https://allowed.example/?', 'https://allowed.example/?order=ord_1'],
    ['https://allowed.example/orders/{ORDER_ID}/thanks', 'https://allowed.example/orders/ord_1/thanks'],
    ['https://allowed.example/%7BORDER_NUMBER%7D', 'https://allowed.example/CW-7QK4-XH2P'],
    ['https://allowed.example/?n={ORDER_NUMBER}&again={ORDER_ID}', 'https://allowed.example/?n=CW-7QK4-XH2P&again=ord_1'],
    ['https://allowed.example/#/thanks/{ORDER_ID}', 'https://allowed.example/#/thanks/ord_1'],
    ['https://allowed.example/{ORDER_ID', 'https://allowed.example/%7BORDER_ID?order=ord_1'],
  ])('%s', (given, passed) => {
    expect(success(given)).toBe(passed)
  })

  test.each(['http://localhost:3000/cart', 'http://127.0.0.1/x', 'http://[::1]:5173/', 'http://0x7f.1/'])(
    '%s, outside production only',
    (given) => {
      expect(success(given, { production: false })).toBe(`${new URL(given).href}?order=ord_1`)
      expect(refusal({ successUrl: given })).toMatchObject({ code: 'return_url_not_allowed' })
    },
  )
})

describe('a refused address', () => {
  const tricky = [
    'https://allowed.example@evil.example/',
    'https://allowed.example:pw@evil.example/',
    'https://user@allowed.example/',
    'https://@allowed.example/',
    'https:\\\\evil.example',
    'https:\\\\allowed.example',
    'https://allowed.example\\@evil.example/',
    'https://evil.example\\.allowed.example/',
    '//evil.example',
    '//allowed.example/x',
    'https:allowed.example/x',
    'https:///allowed.example/x',
    'https://allowed.evil.example',
    'https://allowed.example.evil.example',
    'https://evilallowed.example',
    'https://sub.allowed.example',
    'https://allowed.example:8443/',
    'http://allowed.example/',
    'https://allowed.exam\tple/',
    'https://allowed.example/\nSet-Cookie:x',
    '\u0000https://allowed.example/',
    ' https://allowed.example/',
    'https://allowed.example/ ',
    'https://allowed.example/a b',
    'https://allowed.example/\u200b',
    'https://allowed.example/\u202egpj',
    'https://аllowed.example/',
    'https://allowed.example%40evil.example/',
    'https://{ORDER_ID}.allowed.example/',
    'https://allowed.example{ORDER_ID}/',
    '{ORDER_ID}://allowed.example/',
    'javascript:alert(1)//allowed.example',
    'data:text/html,x',
    'ftp://allowed.example/',
    'null',
    '/checkout',
    '',
    `https://allowed.example/${'ü'.repeat(400)}`,
  ]
  test.each(tricky)('%j', (given) => {
    for (const field of ['successUrl', 'cancelUrl'] as const)
      expect(refusal({ [field]: given })).toMatchObject({
        code: 'return_url_not_allowed',
        status: 400,
        extra: { errors: [{ path: `/${field}` }] },
      })
  })

  test('is reported for the success address before the cancel address', () => {
    const given = { successUrl: 'https://evil.example/s', cancelUrl: 'https://evil.example/c' }
    expect(refusal(given)).toMatchObject({ extra: { errors: [{ path: '/successUrl' }] } })
  })
})

test('an accepted address has an allowed origin, no user name, and stays the same when it is parsed again', () => {
  const part = fc.constantFrom(
    'https:',
    'http:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    'allowed.example',
    'evil.example',
    '.',
    '?',
    '#',
    'a',
    '%40',
    ' ',
    '\t',
    '443',
    '{ORDER_ID}',
    '{ORDER_NUMBER}',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
      const given = `https://${parts.join('')}`
      if (refusal({ successUrl: given }) !== null) return
      const passed = success(given)
      const url = new URL(passed)
      expect([url.href, url.username, url.password]).toEqual([passed, '', ''])
      expect(['https://allowed.example', 'https://api.shop.example']).toContain(url.origin)
    }),
    { numRuns: 2000 },
  )
})
