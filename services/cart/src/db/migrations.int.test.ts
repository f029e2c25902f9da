// Migration of SKUs to the spelling of catalog: colliding SKUs stay unchanged.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, migrate } from '@cartwright/db'
import { testSchema } from '@cartwright/testing'
import { expect, test } from 'vitest'

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

test('lines, prices and stock are respelled together, except for SKUs that differ in case only', async () => {
  const schema = testSchema('cart')
  const folder = await mkdtemp(join(tmpdir(), 'cart-migrations-'))
  try {
    for (const name of await readdir(migrations))
      if (name < '20261129') await cp(join(migrations, name), join(folder, name), { recursive: true })
    await migrate(schema.url, [{ folder, table: '_prisma_migrations' }])
    const connection = await connect(schema.url)
    const skus = ['mug-1', 'FINE', 'lamp', 'LAMP', 'cup', 'Cup']
    for (const [index, sku] of skus.entries()) {
      await connection.query(
        `INSERT INTO variant (sku, product_id, name, prices, sellable, version) VALUES (?, 'prd_1', ?, '[]', TRUE, 1)`,
        [sku, sku],
      )
      await connection.query('INSERT INTO stock (sku, available, version) VALUES (?, ?, 1)', [sku, index])
      await connection.query("INSERT INTO cart_line (cart_id, sku, id, quantity) VALUES ('crt_1', ?, ?, ?)", [
        sku,
        `lin_${index}`,
        index + 1,
      ])
    }
    await migrate(schema.url, [{ folder: migrations, table: '_prisma_migrations' }])
    const wanted = ['MUG-1', 'FINE', 'lamp', 'LAMP', 'cup', 'Cup']
    const lines = await connection.query('SELECT sku, quantity FROM cart_line ORDER BY id')
    expect(lines.map((line: { sku: string }) => line.sku)).toEqual(wanted)
    for (const [index, sku] of wanted.entries()) {
      expect(await connection.query('SELECT name FROM variant WHERE sku = ?', [sku])).toEqual([{ name: skus[index] }])
      expect(await connection.query('SELECT available FROM stock WHERE sku = ?', [sku])).toEqual([{ available: index }])
    }
    await connection.end()
  } finally {
    await rm(folder, { recursive: true })
    await schema.drop()
  }
})
