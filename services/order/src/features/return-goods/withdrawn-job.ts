// Job that opens an approved return for the shipped goods of an order whose customer has withdrawn: the law leaves nothing to decide.
import { orderEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { returnLinesColumn } from '../../db/json-columns.ts'
import { lockOrder } from '../../db/orders.ts'
import { insertReturn } from '../../db/returns.ts'
import { job } from '../../deps.ts'
import { type Withdrawn, withdrawnKinds } from '../../domain/withdrawn.ts'
import { decideReturn, returnableOf } from './decide.ts'
import { readSold, renewReturnStatus, returnedGoods } from './sold.ts'

export const returnWithdrawn = job<Withdrawn, null>({
  kind: withdrawnKinds.return,
  effect: async () => null,
  apply: async ({ tx, item: { payload }, deps }) => {
    const order = await lockOrder(tx, payload.orderId)
    const sold = await readSold(tx, order)
    const wanted = returnableOf(sold)
      .filter(({ quantity }) => quantity > 0)
      .map((line) => ({ ...line, reason: 'no_longer_wanted' as const }))
    // A return that is on its way already covers the rest.
    if (wanted.length === 0) return
    const now = deps.clock.now()
    // The time for returns does not matter: the withdrawal came in time.
    const lines = decideReturn(sold, wanted, { now, until: null })
    const row = await insertReturn(tx, {
      id: deps.newId('ret'),
      order_id: order.id,
      state: 'approved',
      return_lines: returnLinesColumn.stringify(lines),
      note: null,
      reject_reason: null,
      refund_id: null,
      created_at: now,
      updated_at: now,
    })
    await renewReturnStatus(tx, order)
    await publish(tx, orderEvents.returnApproved, returnedGoods(order, row))
  },
})
