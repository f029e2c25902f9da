// Integration tests of the e-mail address of an order: one normalized spelling, and no unreachable address.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { refusal } from './refused.fixture.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const refused = refusal(() => o)
const aGuest = () => {
  const guest = o.aShopper('guest')
  o.fillCart(guest, [{ sku: o.anItem().sku, quantity: 1 }])
  return guest
}

test.each([
  ['a zero-width space', 'z\u200bq@example.com'],
  ['NUL', 'zq\0@example.com'],
  ['ESC', 'z\u001bq@example.com'],
  ['DEL', 'zq\u007f@example.com'],
  ['an accent', 'zé@example.com'],
  ['a combining mark', 'ze\u0301@example.com'],
  ['full width', 'ｚq@example.com'],
  ['a direction mark', 'zq@example.com\u202e'],
  ['a line break', 'zq@example.com\nbcc: all@example.com'],
  ['a domain of digits', 'zq@10.0.0.1'],
  ['no domain', 'zq@localhost'],
])('a checkout of a guest with %s in the address is refused', async (_, email) => {
  const guest = aGuest()
  await refused(() => o.checkout(guest, { email }), 400, { code: 'validation_failed', errors: [{ path: '/email' }] })
})

test('an order is found by every spelling of its address, and by no other address', async () => {
  const guest = aGuest()
  const placed = (await o.checkout(guest, { email: ' Zoe.Quinn@BÜCHER.example' })).body
  expect(placed.email).toBe('zoe.quinn@xn--bcher-kva.example')
  const mailedTo = async (email: string): Promise<number> => {
    const before = await o.t.sql('SELECT COUNT(*) AS n FROM order_lookup')
    await o.t.anonymous.post('/v1/orders/lookup', { number: placed.number, email }, { key: null })
    await o.t.clock.advance('61s')
    await o.t.idle()
    return Number((await o.t.sql('SELECT COUNT(*) AS n FROM order_lookup'))[0].n) - Number(before[0].n)
  }
  for (const email of ['zoe.quinn@bücher.example', 'ZOE.QUINN@XN--BCHER-KVA.EXAMPLE', ' zoe.quinn@bu\u0308cher.example\t'])
    expect(await mailedTo(email)).toBe(1)
  for (const email of ['zoequinn@bücher.example', 'zoe.quinn@bucher.example', 'zoë.quinn@bücher.example'])
    expect(await mailedTo(email)).toBe(0)
  const listed = await o.t.as(admin).get(`/v1/admin/orders?email=${encodeURIComponent('Zoe.Quinn@Bücher.example')}`)
  expect(listed.body.items.map((order: { id: string }) => order.id)).toEqual([placed.id])
})

test.each([
  ['a line break', 'Zoe\nhttps://evil.example'],
  ['a carriage return', 'Zoe\r'],
  ['a zero-width joiner', 'Zo\u200de'],
  ['a direction mark', 'Zoe\u202egnp.exe'],
  ['a line separator', 'Zoe\u2028Quinn'],
])('a name with %s is refused in every address of an order', async (_, name) => {
  const guest = aGuest()
  const address = { name, line1: '1 Quay', city: 'Porto', postalCode: '4000', country: 'PT' }
  await refused(() => o.checkout(guest, { email: 'zq@example.com', billingAddress: address }), 400, {
    code: 'validation_failed',
    errors: [{ path: '/billingAddress/name', message: 'must be one line of visible characters' }],
  })
})
