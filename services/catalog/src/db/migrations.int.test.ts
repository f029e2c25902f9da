// Migration of SKUs to one spelling: stock, ledger and holds follow, collisions are reported, and nothing is merged.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { orderEvents } from '@cartwright/contracts'
import { connect, migrate } from '@cartwright/db'
import { checkedEachSecond, contradicted, startUnderTest, testSchema, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, searchedByMysql, stockOf } from '../fixtures.ts'
import { catalogService } from '../index.ts'

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const schema = testSchema('catalog')
let t: UnderTest

/** SKU, on hand, reserved. */
const levels: readonly (readonly [string, number, number])[] = [
  ['mug-1', 5, 2],
  ['Tea.Pot_2', 7, 0],
  ['FINE', 3, 0],
  ['lamp', 4, 1],
  ['LAMP', 9, 0],
  ['cup', 1, 0],
  ['Cup', 2, 0],
  ['sku', 6, 0],
]

/** A shop from before SKUs had one spelling, with a hold and a sale under way. */
const makeOlderShop = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-migrations-'))
  for (const name of await readdir(migrations))
    if (name < '20261129') await cp(join(migrations, name), join(folder, name), { recursive: true })
  await migrate(schema.url, [{ folder, table: '_prisma_migrations' }])
  await rm(folder, { recursive: true })
  const connection = await connect(schema.url)
  const now = 'UTC_TIMESTAMP(6)'
  const lines = (...of: [sku: string, quantity: number][]) => JSON.stringify(of.map(([sku, quantity]) => ({ sku, quantity })))
  for (const [index, [sku, onHand, reserved]] of levels.entries()) {
    const product = `prd_00000${index}`
    await connection.query(
      `INSERT INTO product (id, slug, name, description, status, version, images, options, created_at, updated_at)
       VALUES (?, ?, ?, '', 'active', 1, '[]', '[]', ${now}, ${now})`,
      [product, `thing-${index}`, `Ärmelloses Thing ${sku}`],
    )
    await connection.query("INSERT INTO variant (id, product_id, sku, name, options) VALUES (?, ?, ?, '', '{}')", [
      `var_00000${index}`,
      product,
      sku,
    ])
    await connection.query('INSERT INTO variant_price (variant_id, currency, amount_minor) VALUES (?, ?, 500)', [
      `var_00000${index}`,
      'EUR',
    ])
    await connection.query('INSERT INTO stock_level (sku, product_id, on_hand, reserved) VALUES (?, ?, ?, ?)', [
      sku,
      product,
      onHand,
      reserved,
    ])
    await connection.query(
      `INSERT INTO stock_movement (sku, delta, on_hand_after, reason, actor, created_at) VALUES (?, ?, ?, 'first', 'seed', ${now})`,
      [sku, onHand, onHand],
    )
    await connection.query(
      `INSERT INTO product_listing (currency, product_id, name, priced, price_up, price_down, created_at) VALUES ('XXX', ?, ?, FALSE, 0, 0, ${now})`,
      [product, `Ärmelloses Thing ${sku}`],
    )
  }
  for (const [id, state, kept] of [
    ['res_held01', 'held', lines(['mug-1', 2])],
    ['res_lamp01', 'held', lines(['lamp', 1])],
    ['res_sold01', 'committed', lines(['sku', 2], ['Tea.Pot_2', 1])],
  ] as const) {
    await connection.query(
      `INSERT INTO reservation (id, order_id, state, held_until, stock_lines, created_at, updated_at)
       VALUES (?, ?, ?, ${now} + INTERVAL 1 HOUR, ?, ${now}, ${now})`,
      [id, id.replace('res', 'ord'), state, kept],
    )
  }
  await connection.end()
}

beforeAll(async () => {
  await makeOlderShop()
  t = await startUnderTest(catalogService, {
    env: { ...checkedEachSecond, ...searchedByMysql.env, CATALOG_DATABASE_URL: schema.url },
  })
  await t.idle()
}, 60_000)
afterAll(async () => {
  await t?.stop()
  await schema.drop()
})

test('colliding SKUs keep their spelling and stock; all others become upper case with their stock and ledger', async () => {
  const spelled = ['MUG-1', 'TEA.POT_2', 'FINE', 'lamp', 'LAMP', 'cup', 'Cup', 'SKU']
  for (const [index, sku] of spelled.entries()) {
    const [, onHand, reserved] = levels[index] ?? []
    expect(await t.sql(`SELECT sku FROM variant WHERE id = 'var_00000${index}'`)).toEqual([{ sku }])
    expect(await t.sql(`SELECT on_hand, reserved FROM stock_level WHERE sku = '${sku}'`)).toEqual([{ on_hand: onHand, reserved }])
    expect(await t.sql(`SELECT on_hand_after FROM stock_movement WHERE sku = '${sku}'`)).toEqual([{ on_hand_after: onHand }])
  }
  const kept = await t.sql('SELECT id, stock_lines FROM reservation ORDER BY id')
  expect(kept.map(({ id, stock_lines }) => [id, JSON.parse(stock_lines)])).toEqual([
    ['res_held01', [{ sku: 'MUG-1', quantity: 2 }]],
    ['res_lamp01', [{ sku: 'lamp', quantity: 1 }]],
    [
      'res_sold01',
      [
        { sku: 'SKU', quantity: 2 },
        { sku: 'TEA.POT_2', quantity: 1 },
      ],
    ],
  ])
})

test('the invariants report the collisions and nothing else', async () => {
  expect(await contradicted(t)).toEqual(['sku-spelling'])
})

test('operators reach a respelled SKU in any case', async () => {
  for (const sku of ['mug-1', 'MUG-1', 'Mug-1'])
    expect(await stockOf(t, sku)).toMatchObject({ sku: 'MUG-1', onHand: 5, reserved: 2 })
  expect(await stockOf(t, 'lamp')).toMatchObject({ sku: 'LAMP', onHand: 9 })
})

test('orders with old spellings continue: holds are sold, stock is returned, and colliding SKUs are kept apart', async () => {
  const ids = (name: string) => ({ orderId: `ord_${name}`, reservationId: `res_${name}` })
  await t.receive(orderEvents.stockCommitRequested, { ...ids('held01'), lines: [{ sku: 'mug-1', quantity: 2 }] })
  expect(await stockOf(t, 'MUG-1')).toMatchObject({ onHand: 3, reserved: 0 })
  await t.receive(orderEvents.stockReturnRequested, {
    ...ids('sold01'),
    returnId: 'ret_1',
    lines: [
      { sku: 'sku', quantity: 1 },
      { sku: 'Tea.Pot_2', quantity: 1 },
    ],
    reason: 'back',
  })
  expect(await stockOf(t, 'sku')).toMatchObject({ onHand: 7 })
  expect(await stockOf(t, 'tea.pot_2')).toMatchObject({ onHand: 8 })
  await t.receive(orderEvents.stockCommitRequested, { ...ids('lamp01'), lines: [{ sku: 'lamp', quantity: 1 }] })
  expect(await t.sql("SELECT sku, on_hand FROM stock_level WHERE sku IN ('lamp', 'LAMP') ORDER BY sku")).toEqual([
    { sku: 'LAMP', on_hand: 9 },
    { sku: 'lamp', on_hand: 3 },
  ])
})

test('every product is listed and found after the start', async () => {
  expect(await t.sql('SELECT id FROM product WHERE listed_as = 0')).toEqual([])
  const found = await t.anonymous.get('/v1/search?q=armelloses+thing+mug-1')
  expect(found.body.items).toHaveLength(1)
  expect((await t.anonymous.get('/v1/products?sort=name&limit=100')).body.items).toHaveLength(levels.length)
})

test('a collision ends when an operator withdraws one of the two variants', async () => {
  for (const id of ['var_000003', 'var_000005', 'var_000006'])
    expect((await t.as(admin).del(`/v1/admin/variants/${id}`)).status).toBe(204)
  expect(await contradicted(t)).toEqual([])
})
