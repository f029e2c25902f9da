// Defects for I13: each corrupts units or refunds of a consistent state once.
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
]
