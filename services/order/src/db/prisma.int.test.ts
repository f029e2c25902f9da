// The Prisma models and the migrations describe the same tables.
import { expect, test } from 'vitest'
import { startOrder } from '../fixtures.ts'
import { Prisma } from './generated/client.ts'
import { openPrisma } from './prisma.ts'

test('every model can be read, every column of the tables is in a model, and rows come back as they were written', async () => {
  await using stack = new AsyncDisposableStack()
  const o = await startOrder()
  stack.defer(() => o.stop())
  if (o.t.running.db === null) throw new Error('order has a schema')
  const prisma = openPrisma(o.t.running.db)
  const { id } = await o.anOrderIn('processing')
  expect(await prisma.customerOrder.findUnique({ where: { id } })).toMatchObject({
    status: 'processing',
    totalMinor: 2000n,
    eraseWhenDone: false,
  })
  const reads = {
    CustomerOrder: () => prisma.customerOrder.findMany(),
    OrderHistory: () => prisma.orderHistory.findMany(),
    Shipment: () => prisma.shipment.findMany(),
    Refund: () => prisma.refund.findMany(),
    OrderLookup: () => prisma.orderLookup.findMany(),
    OrderSku: () => prisma.orderSku.findMany(),
    UnpaidHolder: () => prisma.unpaidHolder.findMany(),
    OrderLookupBudget: () => prisma.orderLookupBudget.findMany(),
  } satisfies Record<Prisma.ModelName, () => Promise<unknown[]>>
  for (const read of Object.values(reads)) await read()
  const [columns] = await o.t.sql(
    "SELECT COUNT(*) AS total FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'customer_order'",
  )
  expect(Object.keys(Prisma.CustomerOrderScalarFieldEnum)).toHaveLength(Number(columns.total))
})
