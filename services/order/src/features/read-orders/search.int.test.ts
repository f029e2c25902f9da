// Integration tests of the operators' order search: by number, e-mail address, name, SKU and tracking number.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, anAddress, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ ORDER_UNPAID_PER_PRINCIPAL: '0' })
})
afterAll(() => o?.stop())

/** An order with a name, an address and a SKU of its own. */
const ordered = async ({ name = 'Dana Field', email = '', sku = '' } = {}) => {
  const guest = o.aShopper('guest')
  const item = o.anItem(sku === '' ? {} : { sku })
  o.fillCart(guest, [{ sku: item.sku, quantity: 1 }])
  const given = email === '' ? `${guest.id.replace('_', '-')}@example.net` : email
  const placed = await o.checkout(guest, { email: given, shippingAddress: { ...anAddress, name } })
  if (placed.status !== 201) throw new Error(placed.text)
  return { id: String(placed.body.id), number: String(placed.body.number), guest, email: given, sku: item.sku }
}

/** Ids of all pages. */
const search = async (q: string, more = ''): Promise<string[]> => {
  const ids: string[] = []
  let cursor = ''
  do {
    const page = await o.t.as(admin).get(`/v1/admin/orders?q=${encodeURIComponent(q)}${more}${cursor}`)
    expect(page.status).toBe(200)
    ids.push(...page.body.items.map((item: { id: string }) => item.id))
    cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`
  } while (cursor !== '')
  return ids
}

describe('an order is found', () => {
  test('by its number or the beginning of it, with and without CW- and dashes, in any case', async () => {
    const { id, number } = await ordered()
    const bare = number.replaceAll('-', '')
    for (const q of [
      number,
      number.toLowerCase(),
      bare,
      bare.slice(2),
      number.slice(3),
      ` ${number} `,
      number.slice(0, 10),
      bare.slice(2, 9),
    ])
      expect(await search(q)).toEqual([id])
    expect(await search(`${number}9`)).toEqual([])
  })

  test.each([
    ['gisela.oster@example.org', ['gisela.oster@example.org', 'GISELA.Oster', 'oster@example', 'gisela']],
    ['a_b%c@example.org', ['a_b%c', '_b%']],
  ])('by its address %s, whole or in part', async (email, queries) => {
    const { id } = await ordered({ email })
    await ordered({ email: 'axbbc@example.org' })
    for (const q of queries) expect(await search(q)).toEqual([id])
  })

  test.each([
    ['Zoë Übermaier', ['Zoë Übermaier', 'übermaier', 'zoe', 'Übermaier Zoë', 'maier']],
    ['山田 太郎', ['山田', '太郎', '山田 太郎']],
    ["Siobhán O'Connor-Ng", ["o'connor", 'siobhan', 'connor-ng']],
  ])('by the name %s, by any of its words and in any order of them', async (name, queries) => {
    const { id } = await ordered({ name })
    for (const q of queries) expect(await search(q)).toEqual([id])
    expect(await search(`${name} unknown`)).toEqual([])
  })

  test('by a SKU or the beginning of it, in any case', async () => {
    const { id } = await ordered({ sku: 'Lamp-XL_7.b' })
    for (const q of ['Lamp-XL_7.b', 'LAMP-XL_7.B', 'lamp-xl', 'lamp-xl_']) expect(await search(q)).toEqual([id])
    expect(await search('lamp-xlx7')).toEqual([])
  })

  test('by a tracking number, with and without blanks', async () => {
    const order = await o.anOrderIn('processing')
    const parcel = { carrier: 'Post', trackingNumber: 'JD0146_77 9%', lines: [{ sku: order.item.sku, quantity: 1 }] }
    await o.t.as(admin).post(`/v1/admin/orders/${order.id}/ship`, parcel)
    await o.t.as(admin).post(`/v1/admin/orders/${order.id}/ship`, { carrier: 'Post', trackingNumber: '1Z999AA1' })
    for (const q of ['JD0146_77 9%', 'jd0146', '1z999aa1', '1Z 999 AA1']) expect(await search(q)).toEqual([order.id])
  })

  test('once, though several columns match', async () => {
    const { id } = await ordered({ name: 'Threefold', email: 'threefold@example.org', sku: 'threefold-1' })
    expect(await search('threefold')).toEqual([id])
  })
})

test('pages show each order once, in both directions, with filters, and a cursor of one direction is refused in the other', async () => {
  const made: string[] = []
  for (let index = 0; index < 7; index++) made.push((await ordered({ sku: `PAGED-${index}` })).id)
  const newest = made.toReversed()
  expect(await search('paged-', '&limit=2')).toEqual(newest)
  expect(await search('paged-', '&limit=3&sort=createdAt')).toEqual(made)
  await o.t.as(admin).post(`/v1/admin/orders/${made[3]}/cancel`, { reason: 'no' })
  await o.t.idle()
  expect(await search('paged-', '&limit=2&status=pending')).toEqual(newest.filter((id) => id !== made[3]))
  expect(await search('paged-', '&status=cancelled')).toEqual([made[3]])
  expect(await search('paged-', `&to=2020-01-01T00:00:00Z`)).toEqual([])
  const { nextCursor } = (await o.t.as(admin).get('/v1/admin/orders?q=paged-&limit=2')).body
  expect((await o.t.as(admin).get(`/v1/admin/orders?q=paged-&sort=createdAt&cursor=${nextCursor}`)).status).toBe(400)
})

test('orders of the same instant are paged by their ids', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, (_, index) => ordered({ sku: `SAME-${index}` })))
  await o.t.sql(
    `UPDATE customer_order SET created_at = '2026-01-02 03:04:05.678' WHERE id IN (${ids.map(({ id }) => `'${id}'`).join()})`,
  )
  const sorted = ids.map(({ id }) => id).sort()
  expect(await search('same-', '&limit=1&sort=createdAt')).toEqual(sorted)
  expect(await search('same-', '&limit=4')).toEqual(sorted.toReversed())
})

test('an erased order is not found by name or address', async () => {
  const { id, guest, number } = await ordered({ name: 'Vanish Ing', email: 'vanishing@example.org' })
  await o.t.as(guest).post(`/v1/orders/${id}/cancel`, {})
  await o.t.idle()
  await o.t.receive(identityEvents.accountClosed, { userId: guest.id, at: o.t.clock.now().toISOString() })
  expect(await search('vanish')).toEqual([])
  expect(await search('vanishing@example.org')).toEqual([])
  expect(await search(number)).toEqual([id])
})

test('a blank or too long search text is refused, any other is answered', async () => {
  for (const q of ['', '   ', 'x'.repeat(121)])
    expect(await o.t.as(admin).get(`/v1/admin/orders?q=${encodeURIComponent(q)}`)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/q' }] },
    })
  for (const q of ['%', '_', '\\', "'; DROP TABLE customer_order; --", '😀', '%%%%', 'ß', '-', 'CW-'])
    expect((await o.t.as(admin).get(`/v1/admin/orders?q=${encodeURIComponent(q)}`)).status).toBe(200)
  expect((await o.t.as(o.aShopper()).get('/v1/admin/orders?q=x')).status).toBe(403)
})
