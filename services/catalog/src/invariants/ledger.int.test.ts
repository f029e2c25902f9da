// Stock invariants: they hold after normal operations, and each finds its corrupted row at the next check.
import { orderEvents } from '@cartwright/contracts'
import { checkedEachSecond, contradicted, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, aVariant, searchedByMysql, stockRequest, unique } from '../fixtures.ts'
import { catalogService } from '../index.ts'
import { differingHolds } from './ledger.ts'

let t: UnderTest
let sku = ''
beforeAll(async () => {
  t = await startUnderTest(catalogService, { env: { ...checkedEachSecond, ...searchedByMysql.env } })
  ;({ sku } = await aVariant(t, 20))
  const names = [unique(), unique(), unique(), unique()]
  for (const name of names) await t.receive(orderEvents.stockRequested, stockRequest(t, name, [{ sku, quantity: 2 }]))
  const idsOf = (name = '') => ({ orderId: `ord_${name}`, reservationId: `res_${name}` })
  const lines = [{ sku, quantity: 2 }]
  await t.receive(orderEvents.stockCommitRequested, { ...idsOf(names[0]), lines })
  await t.receive(orderEvents.stockCommitRequested, { ...idsOf(names[1]), lines })
  await t.receive(orderEvents.stockReturnRequested, { ...idsOf(names[1]), returnId: 'back', lines, reason: 'returned' })
  await t.receive(orderEvents.stockReleaseRequested, { ...idsOf(names[2]), reason: 'no' })
  await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: -3, reason: 'broken' })
})
afterAll(() => t.stop())

/** Corrupts the ledger, reads the violations and repairs it. */
const corrupted = async (corrupt: string, mend: string): Promise<string[]> => {
  await t.sql(corrupt)
  const found = await contradicted(t)
  await t.sql(mend)
  expect(await contradicted(t)).toEqual([])
  return found
}

test('sales, returns, releases, adjustments and the seed violate no invariant', async () => {
  expect(await contradicted(t)).toEqual([])
  await t.running.seed()
  expect(await contradicted(t)).toEqual([])
})

test('I2 finds a level with more reserved than on hand', async () => {
  await t.sql('ALTER TABLE stock_level DROP CONSTRAINT stock_level_sane')
  const found = await corrupted(
    `UPDATE stock_level SET reserved = reserved + 100 WHERE sku = '${sku}'`,
    `UPDATE stock_level SET reserved = reserved - 100 WHERE sku = '${sku}'`,
  )
  expect(found).toEqual(['I2-stock-bounds', 'I2-stock-holds'])
})

test('I2 finds a level without a matching movement, and a movement that does not continue the one before', async () => {
  const level = (change: string) => `UPDATE stock_level SET on_hand = on_hand ${change} WHERE sku = '${sku}'`
  expect(await corrupted(level('+ 1'), level('- 1'))).toEqual(['I2-stock-ledger'])
  const [{ id }] = await t.sql(`SELECT MIN(id) + 1 AS id FROM stock_movement WHERE sku = '${sku}'`)
  const delta = (change: string) => `UPDATE stock_movement SET delta = delta ${change} WHERE id = ${id}`
  expect(await corrupted(delta('- 1'), delta('+ 1'))).toEqual(['I2-stock-ledger'])
})

test('I2 finds a changed or deleted first movement', async () => {
  const [first, second] = await t.sql(`SELECT * FROM stock_movement WHERE sku = '${sku}' ORDER BY id LIMIT 2`)
  const movement = (set: string) => `UPDATE stock_movement SET ${set} WHERE id = ${first.id}`
  expect(await corrupted(movement('delta = delta + 7'), movement('delta = delta - 7'))).toEqual(['I2-stock-ledger'])
  const both = (change: string) => movement(`delta = delta ${change}, on_hand_after = on_hand_after ${change}`)
  expect(await corrupted(both('+ 7'), both('- 7'))).toEqual(['I2-stock-ledger'])
  for (const { id } of [first, second]) {
    const to = (name: string) => `UPDATE stock_movement SET sku = '${name}' WHERE id = ${id}`
    expect(await corrupted(to('NOBODY'), to(sku))).toContain('I2-stock-ledger')
  }
})

test('I2 finds a changed movement however many newer ones exist', async () => {
  const { sku: busy } = await aVariant(t, 0)
  const rows = Array.from(
    { length: 5100 },
    (_, n) => `('${busy}', ${n % 2 === 0 ? 1 : -1}, ${(n + 1) % 2}, 'x', 'x', UTC_TIMESTAMP(6))`,
  )
  await t.sql(`INSERT INTO stock_movement (sku, delta, on_hand_after, reason, actor, created_at) VALUES ${rows.join(', ')}`)
  expect(await contradicted(t)).toEqual([])
  const [{ id }] = await t.sql(`SELECT MIN(id) + 1 AS id FROM stock_movement WHERE sku = '${sku}'`)
  const shiftLevel = (change: string) => `UPDATE stock_movement SET on_hand_after = on_hand_after ${change} WHERE id = ${id}`
  await t.sql(shiftLevel('+ 1'))
  const found = [await contradicted(t), await contradicted(t), await contradicted(t)].flat()
  expect(found).toContain('I2-stock-ledger')
  await t.sql(shiftLevel('- 1'))
  expect(await contradicted(t)).toEqual([])
})

test('I2 finds reserved stock without a reservation', async () => {
  const state = (from: string, to: string) => `UPDATE reservation SET state = '${to}' WHERE state = '${from}' ORDER BY id LIMIT 1`
  expect(await corrupted(state('held', 'lost'), state('lost', 'held'))).toEqual(['I2-stock-holds'])
})

test('I6 finds a hold that ended minutes ago', async () => {
  // The sweeper has just run, and runs again in half a minute.
  await t.clock.advance('31s')
  await t.idle()
  const until = (minutes: number) =>
    `UPDATE reservation SET held_until = held_until + INTERVAL ${minutes} MINUTE WHERE state = 'held'`
  expect(await corrupted(until(-90), until(90))).toEqual(['I6-holds-end'])
})

test('holds are compared with reserved stock per SKU, summed over orders', () => {
  const reserved = new Map([
    ['A', 3],
    ['B', 1],
  ])
  expect(
    differingHolds(reserved, [
      { sku: 'A', quantity: 1 },
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
    ]),
  ).toEqual([])
  expect(
    differingHolds(reserved, [
      { sku: 'A', quantity: 3 },
      { sku: 'C', quantity: 4 },
    ]),
  ).toEqual([
    { sku: 'B', reserved: 1, held: 0 },
    { sku: 'C', reserved: 0, held: 4 },
  ])
})
