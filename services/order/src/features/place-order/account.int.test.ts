// Integration tests of the account at the checkout: its current address and state in identity count, not those of the token.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { refusal } from './refused.fixture.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const refused = refusal(() => o)
const aCart = () => {
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 2 }])
  return { shopper }
}

describe('the account of a customer', () => {
  test('gives its current address, also when the token has an old one', async () => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
    const placed = await o.checkout(shopper)
    expect(placed).toMatchObject({ status: 201, body: { email: 'moved@example.org' } })
    await o.t.idle()
  })

  test.each([
    ['another address', 'other@example.net'],
    ['the address of the token, which has changed', 'token'],
    ['a look-alike', 'moved@example.org.example.net'],
    ['another local part', 'move.d@example.org'],
  ])('takes no %s', async (_, given) => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
    const email = given === 'token' ? shopper.email : given
    await refused(() => o.checkout(shopper, { email }), 400, { code: 'validation_failed', errors: [{ path: '/email' }] })
  })

  test.each(['moved@example.org', '  Moved@Example.ORG ', 'MOVED@example.org'])(
    'accepts its own address as %j',
    async (email) => {
      const { shopper } = aCart()
      o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
      expect(await o.checkout(shopper, { email })).toMatchObject({ status: 201, body: { email: 'moved@example.org' } })
    },
  )

  test.each([
    ['blocked', { blocked: true }, 403, 'account_blocked'],
    ['closed', { closed: true, email: null }, 401, 'unauthenticated'],
    ['closed and blocked', { closed: true, blocked: true, email: null }, 401, 'unauthenticated'],
    ['gone', null, 401, 'unauthenticated'],
  ] as const)('refuses a checkout when it is %s', async (_, account, status, code) => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, account)
    await refused(() => o.checkout(shopper), status, { code })
  })
})

describe('the locale of an order', () => {
  const localeOf = async (role: 'guest' | 'customer', given: { account?: string; body?: string; accepted?: string }) => {
    const shopper = o.aShopper(role)
    o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 1 }])
    if (given.account) o.wire.accounts.set(shopper.id, { locale: given.account })
    const body = { ...(role === 'guest' ? { email: 'zoe@example.com' } : {}), ...(given.body ? { locale: given.body } : {}) }
    const headers = { 'accept-language': given.accepted ?? '*' }
    const { id } = (await o.checkout(shopper, body, { headers })).body
    return (await o.t.sql(`SELECT locale FROM customer_order WHERE id = '${id}'`))[0].locale
  }

  test.each([
    ['of a guest is the one that the request names', 'guest', { body: 'de-CH', accepted: 'en' }, 'de-CH'],
    ['of a guest is the first accepted language that the shop writes', 'guest', { accepted: 'fr, de-AT;q=0.9' }, 'de-AT'],
    ['of a guest whose languages the shop does not write is the shop’s', 'guest', { accepted: 'fr-CA' }, 'en'],
    ['of a customer is that of the account', 'customer', { account: 'de', accepted: 'en' }, 'de'],
    ['of a customer is the one that the request names', 'customer', { account: 'en', body: 'de' }, 'de'],
  ] as const)('%s', async (_, role, given, locale) => {
    expect(await localeOf(role, given)).toBe(locale)
  })
})
