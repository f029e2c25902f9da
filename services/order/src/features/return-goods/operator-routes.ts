// Operators decide about returns, record what came back, and pay for it.
import { AppError, orderApi, orderEvents, type ReturnState } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { audit } from '@cartwright/service-kit'
import type { OrderReturnRow } from '../../db/generated/rows.ts'
import { returnLinesColumn } from '../../db/json-columns.ts'
import { linesOf, lockOrder, type OrderRow } from '../../db/orders.ts'
import { listRefunds } from '../../db/refunds.ts'
import { changeReturn, listReturns, lockReturn, orderOfReturn, returnLinesOf, returnView } from '../../db/returns.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { refuseOpenDispute } from '../../domain/disputes.ts'
import { readReturns } from '../../domain/order-goods.ts'
import { leftToRefund, requestRefund, returnCause } from '../../domain/refunds.ts'
import { decideReceipt, goodsFor } from './decide.ts'
import { renewReturnStatus, returnedGoods } from './sold.ts'

interface Locked {
  tx: Tx
  order: OrderRow
  row: OrderReturnRow
}

const stateRefusal = ({ state }: OrderReturnRow, detail: string): AppError =>
  new AppError('return_state', { detail, extra: { returnState: state } })

/** Locks the order, and then its return. @throws AppError not_found */
const lockBoth = async (tx: Tx, returnId: string): Promise<Locked> => {
  const order = await lockOrder(tx, await orderOfReturn(tx, returnId))
  return { tx, order, row: await lockReturn(tx, returnId) }
}

/** Writes a new state with its audit entry, and the order's return status. */
const moveTo = async (
  { tx, order, row }: Locked,
  state: ReturnState,
  actor: string,
  { clock }: OrderDeps,
  changes: Omit<Parameters<typeof changeReturn>[2], 'state' | 'updated_at'> = {},
): Promise<OrderReturnRow> => {
  const moved = await changeReturn(tx, row, { ...changes, state, updated_at: clock.now() })
  await renewReturnStatus(tx, order)
  await audit(tx, {
    actor,
    action: `return.${state}`,
    target: row.id,
    before: { state: row.state },
    after: { state, orderId: order.id },
  })
  return moved
}

export const adminListReturns = route(orderApi.adminListReturns, ({ request, deps: { db } }) => {
  const { limit = 20, cursor, ...filter } = request.query
  return listReturns(db, filter, limit, cursor)
})

export const approveReturn = route(orderApi.approveReturn, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const locked = await lockBoth(tx, request.params.returnId)
    const { order, row } = locked
    if (row.state === 'approved') return returnView(row, order.number)
    if (row.state !== 'requested') throw stateRefusal(row, `a return that is ${row.state} cannot be approved`)
    const approved = await moveTo(locked, 'approved', request.principal.id, deps)
    await publish(tx, orderEvents.returnApproved, returnedGoods(order, approved))
    return returnView(approved, order.number)
  }),
)

export const rejectReturn = route(orderApi.rejectReturn, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const locked = await lockBoth(tx, request.params.returnId)
    const { order, row } = locked
    if (row.state !== 'requested' && row.state !== 'approved')
      throw stateRefusal(row, `a return that is ${row.state} cannot be rejected`)
    const { reason } = request.body
    const rejected = await moveTo(locked, 'rejected', request.principal.id, deps, { reject_reason: reason })
    await publish(tx, orderEvents.returnRejected, { ...returnedGoods(order, rejected), reason })
    return returnView(rejected, order.number)
  }),
)

export const receiveReturn = route(orderApi.receiveReturn, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const locked = await lockBoth(tx, request.params.returnId)
    const { order, row } = locked
    if (row.state === 'received' || row.state === 'refunded') return returnView(row, order.number)
    if (row.state !== 'approved') throw stateRefusal(row, `a return that is ${row.state} cannot be received: approve it first`)
    const lines = decideReceipt(returnLinesOf(row), request.body.lines)
    const received = await moveTo(locked, 'received', request.principal.id, deps, {
      return_lines: returnLinesColumn.stringify(lines),
    })
    await publish(tx, orderEvents.returnReceived, {
      ...returnedGoods(order, received),
      reservationId: order.reservation_id,
      restock: lines.flatMap(({ sku, restocked }) => (restocked ? [{ sku, quantity: restocked }] : [])),
    })
    return returnView(received, order.number)
  }),
)

/** What the goods of a return cost, after those that were paid back before, and at most what is left to refund. */
const owedFor = async ({ tx, order, row }: Locked) => {
  const goods = goodsFor(
    { lines: linesOf(order), taxIncluded: order.tax_included === 1, currency: order.currency },
    returnLinesOf(row),
    await readReturns(tx, order.id, row.id),
  )
  const price = goods.reduce((sum, { refundMinor }) => sum + refundMinor, 0)
  return { goods, amountMinor: Math.min(price, leftToRefund(order, await listRefunds(tx, order.id))) }
}

export const refundReturn = route(orderApi.refundReturn, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const locked = await lockBoth(tx, request.params.returnId)
    const { order, row } = locked
    if (row.state !== 'received') throw stateRefusal(row, `a return that is ${row.state} cannot be refunded: receive it first`)
    refuseOpenDispute(order)
    const { amount, reason = 'goods were returned' } = request.body
    if (amount && amount.currency !== order.currency)
      throw new AppError('validation_failed', {
        extra: { errors: [{ path: '/amount/currency', message: `must be ${order.currency}` }] },
      })
    const { goods, ...owed } = await owedFor(locked)
    const amountMinor = amount?.amountMinor ?? owed.amountMinor
    const refund = { cause: returnCause(row.id), reason, amountMinor, goods }
    const refundId = await requestRefund(tx, order, { ...refund, newId: deps.newId })
    const current = await lockOrder(tx, order.id)
    const refunded = await moveTo({ ...locked, order: current }, 'refunded', request.principal.id, deps, { refund_id: refundId })
    return returnView(refunded, order.number)
  }),
)
