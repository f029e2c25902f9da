// Defects for I13, I14 and withdrawals: each corrupts units, refunds, documents or returns of a consistent state once.
import type { CollectedState } from '../collected-state/rows.ts'
import type { Defect } from './defects.fixture.ts'

const rowOf = <T extends { id: string }>(rows: readonly T[], id: string): T => {
  const row = rows.find((one) => one.id === id)
  if (row === undefined) throw new Error(`the state holds no row ${id} to corrupt`)
  return row
}
const aCancellation = '[{"id":"cnl_1","refundId":null,"refundMinor":0,"lines":[{"sku":"MUG","quantity":1}]}]'
const aReturn = (orderId: string, received: number, restocked: number): CollectedState['returns'][number] => ({
  id: 'ret_1',
  order_id: orderId,
  state: 'received',
  return_lines: JSON.stringify([{ sku: 'MUG', quantity: 1, received, restocked }]),
  refund_id: null,
})

const documentOf = ({ invoices }: CollectedState, kind: string): CollectedState['invoices'][number] => {
  const row = invoices.find((one) => one.kind === kind)
  if (row === undefined) throw new Error(`the state holds no ${kind} to corrupt`)
  return row
}
const raiseSeries = (collected: CollectedState, prefix: string) => {
  for (const series of collected.invoiceSeries) if (series.prefix === prefix) series.last_serial += 1
}
const withoutEvents = (collected: CollectedState, type: string) =>
  (collected.events = collected.events.filter((event) => event.event_type !== type))

const documents: readonly Defect[] = [
  ['I14', 'a number is missing between two invoices', (collected) => (documentOf(collected, 'invoice').serial = 0)],
  ['I14', 'the last number of a series belongs to no document', (collected) => raiseSeries(collected, 'CN')],
  ['I14', 'a document has a number of no series', (collected) => (documentOf(collected, 'invoice').year = 2025)],
  [
    'I14',
    'an order has two invoices',
    (collected) => {
      collected.invoices.push({ ...documentOf(collected, 'invoice'), serial: 3, number: 'INV-2026-000003' })
      raiseSeries(collected, 'INV')
    },
  ],
  [
    'I14',
    'an order that was never confirmed has an invoice',
    (collected) => (documentOf(collected, 'invoice').order_id = 'ord_c'),
  ],
  ['I14', 'an invoice says another total', (collected) => (documentOf(collected, 'invoice').total_minor = 2999)],
  ['I14', 'a credit note says another amount', (collected) => (documentOf(collected, 'credit_note').total_minor = 2999)],
  ['I14', 'a refund has no credit note', (collected) => (documentOf(collected, 'credit_note').refund_id = 'rfd_none')],
  ['I14', 'a credit note of a failed refund stands', (collected) => (rowOf(collected.refunds, 'rfd_b').state = 'failed')],
]

const withdrawn: readonly Defect[] = [
  ['withdrawals', 'a receipt names a withdrawal that does not exist', (collected) => (collected.withdrawals = [])],
  ['withdrawals', 'no return asks for the goods of a withdrawn order', (collected) => (collected.returns = [])],
  [
    'withdrawals',
    'the return of a withdrawn order is rejected',
    (collected) => (rowOf(collected.returns, 'ret_a').state = 'rejected'),
  ],
  ['withdrawals', 'a withdrawn order is still to be shipped', (collected) => (collected.shipments = [])],
  ['I9', 'a withdrawal is not announced', (collected) => withoutEvents(collected, 'order.withdrawn')],
  ['I9', 'a return is approved and not announced', (collected) => withoutEvents(collected, 'order.return-approved')],
  ['I9', 'a return is announced that has no row', (collected) => (collected.returns = [])],
  [
    'mails',
    'the receipt of a withdrawal is not mailed',
    (collected) => (collected.messages = collected.messages.filter(({ template }) => template !== 'withdrawal-receipt')),
  ],
]

export const afterSaleDefects: readonly Defect[] = [
  [
    'I13',
    'units are shipped and cancelled',
    (collected) => (rowOf(collected.orders, 'ord_a').line_cancellations = aCancellation),
  ],
  ['I13', 'more is shipped than was ordered', (collected) => collected.shipments.push(rowOf(collected.shipments, 'shp_a'))],
  ['I13', 'goods come back that were not shipped', (collected) => collected.returns.push(aReturn('ord_b', 1, 0))],
  ['I13', 'goods are put back that did not come', (collected) => collected.returns.push(aReturn('ord_a', 1, 2))],
  ['I13', 'catalog puts nothing back for a return', (collected) => collected.returns.push(aReturn('ord_a', 1, 1))],
  [
    'I13',
    'a return names a refund that does not exist',
    (collected) => collected.returns.push({ ...aReturn('ord_a', 1, 0), refund_id: 'rfd_none' }),
  ],
  [
    'I13',
    'a refund names a cancellation that is not recorded',
    (collected) => (rowOf(collected.refunds, 'rfd_b').cause = 'lines:cnl_1'),
  ],
  ['I13', 'more is refunded than was captured', (collected) => (rowOf(collected.orders, 'ord_b').captured_minor = 2999)],
  ...documents,
  ...withdrawn,
]
