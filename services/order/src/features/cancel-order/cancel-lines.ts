// Cancels units of an order in processing before they are shipped: their refund, their stock, and the end of the order when nothing is left.
import { money, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { audit } from '@cartwright/service-kit'
import { lineCancellationsColumn } from '../../db/json-columns.ts'
import { changeOrder, lineCancellationsOf, linesOf, lockOrder, mailOf, type OrderRow, stockOf } from '../../db/orders.ts'
import { listRefunds } from '../../db/refunds.ts'
import type { OrderDeps } from '../../deps.ts'
import { refuseOpenDispute } from '../../domain/disputes.ts'
import { stateRefusal } from '../../domain/order.ts'
import { readReturns, readShipped } from '../../domain/order-goods.ts'
import { type LineUnits, openUnits } from '../../domain/order-units.ts'
import { leftToRefund, lineCancellationCause, requestRefund } from '../../domain/refunds.ts'
import { transitionOrder } from '../../domain/transition.ts'
import { decideLineCancellation } from './decide-lines.ts'

interface LinesRequest {
  lines: readonly LineUnits[]
  actor: string
  reason: string
  /** Whether the units go back into stock. */
  restock: boolean
}

type CancelledLines = ReturnType<typeof decideLineCancellation>['lines']

/** Pays back what the lines cost; less when less is left to refund, since an operator may have refunded a part before. */
const refundLines = async (tx: Tx, row: OrderRow, cancellationId: string, lines: CancelledLines, { newId }: OrderDeps) => {
  const owed = lines.reduce((sum, { refundMinor }) => sum + refundMinor, 0)
  const refundMinor = Math.min(owed, leftToRefund(row, await listRefunds(tx, row.id)))
  const refund = { cause: lineCancellationCause(cancellationId), reason: 'a part of the order was cancelled' }
  const refundId = await requestRefund(tx, row, { ...refund, amountMinor: refundMinor, goods: lines, newId })
  return { refundId, refundMinor }
}

/** Records the cancellation with its refund, and asks catalog to take the units back. */
const record = async (
  tx: Tx,
  row: OrderRow,
  lines: CancelledLines,
  request: LinesRequest,
  deps: OrderDeps,
): Promise<OrderRow> => {
  const id = deps.newId('cnl')
  const refund = await refundLines(tx, row, id, lines, deps)
  const cancellation = { id, at: deps.clock.now().toISOString(), lines, ...refund }
  const changed = await changeOrder(tx, await lockOrder(tx, row.id), {
    line_cancellations: lineCancellationsColumn.stringify([...lineCancellationsOf(row), cancellation]),
  })
  const counted = lines.map(({ sku, name, quantity }) => ({ sku, name, quantity }))
  if (request.restock)
    await publish(tx, orderEvents.stockReturnRequested, {
      ...stockOf(row).ids,
      returnId: `cancel:${id}`,
      lines: counted.map(({ sku, quantity }) => ({ sku, quantity })),
      reason: 'a part of the order was cancelled',
    })
  await publish(tx, orderEvents.linesCancelled, {
    ...mailOf(row),
    cancellationId: id,
    lines: counted,
    refund: refund.refundMinor === 0 ? null : money(refund.refundMinor, row.currency),
  })
  await audit(tx, {
    actor: request.actor,
    action: 'order.cancel-lines',
    target: row.id,
    before: { status: row.status },
    after: { cancellationId: id, lines: counted, ...refund, reason: request.reason, restock: request.restock },
  })
  return changed
}

const cancelUnits = async (tx: Tx, row: OrderRow, request: LinesRequest, deps: OrderDeps): Promise<OrderRow | null> => {
  const decided = decideLineCancellation(
    {
      lines: linesOf(row),
      taxIncluded: row.tax_included === 1,
      currency: row.currency,
      shipped: await readShipped(tx, row.id),
      returns: await readReturns(tx, row.id),
    },
    request.lines,
  )
  if (decided.order === 'cancelled') return null
  tx.afterCommit(() => deps.orderChanges.notify(row.id))
  const changed = await record(tx, row, decided.lines, request, deps)
  if (decided.order === 'open') return changed
  const shipped = await transitionOrder(tx, changed, 'shipped', { reason: 'the rest was cancelled', actor: request.actor })
  return changeOrder(tx, shipped, { fulfilment_status: 'shipped' })
}

/**
 * Cancels units that an operator names.
 * @param row the locked order
 * @returns the changed order; null when nothing of it would be left, so that it is to be cancelled as a whole
 * @throws AppError order_state, order_disputed, validation_failed, over_cancel
 */
export const cancelLines = async (tx: Tx, row: OrderRow, request: LinesRequest, deps: OrderDeps): Promise<OrderRow | null> => {
  if (row.status !== 'processing')
    throw stateRefusal(row, `lines of an order that is ${row.status} cannot be cancelled: only of one in processing`)
  refuseOpenDispute(row)
  return cancelUnits(tx, row, request, deps)
}

/**
 * Cancels what is left to ship of a locked order that is partly shipped, whose customer has withdrawn. A dispute does not keep it from
 * being cancelled, and what the bank holds is not refunded.
 */
export const cancelUnshipped = async (tx: Tx, row: OrderRow, deps: OrderDeps): Promise<void> => {
  const lines = openUnits(linesOf(row), await readShipped(tx, row.id)).filter(({ quantity }) => quantity > 0)
  const reason = 'the customer has withdrawn from the contract'
  await cancelUnits(tx, row, { lines, actor: row.principal_id, reason, restock: true }, deps)
}
