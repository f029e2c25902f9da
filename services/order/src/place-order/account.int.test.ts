// Whom a customer's order is for: the account as identity has it at the checkout, whatever the token says.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../fixtures.ts'
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
  test('gives the address of now, whatever the token says', async () => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
    const placed = await o.checkout(shopper)
    expect(placed).toMatchObject({ status: 201, body: { email: 'moved@example.org' } })
    await o.t.idle()
  })

  test.each([
    ['another address', 'somebody@example.net'],
    ['the address of the token, which has changed', 'token'],
    ['a look-alike', 'moved@example.org.example.net'],
    ['another local part', 'move.d@example.org'],
  ])('takes no %s', async (_, given) => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
    const email = given === 'token' ? shopper.email : given
    await refused(() => o.checkout(shopper, { email }), 400, { code: 'validation_failed', errors: [{ path: '/email' }] })
  })

  test.each(['moved@example.org', '  Moved@Example.ORG ', 'MOVED@example.org'])('takes its own address as %j', async (email) => {
    const { shopper } = aCart()
    o.wire.accounts.set(shopper.id, { email: 'moved@example.org' })
    expect(await o.checkout(shopper, { email })).toMatchObject({ status: 201, body: { email: 'moved@example.org' } })
  })

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
