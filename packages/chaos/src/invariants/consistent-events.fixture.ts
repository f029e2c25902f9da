// Events of the consistent state: those of three orders, as the outboxes of their publishers hold them.
import type { EventRow } from '../collected-state/rows.ts'

export const at = new Date('2026-01-01T12:00:00Z')

const eventsOf = (
  aggregate_id: string,
  owner: string,
  aggregate_type: string,
  ...events: [type: string, data?: object][]
): EventRow[] =>
  events.map(([event_type, data = {}], index) => ({
    owner,
    id: index + 1,
    event_id: `evt_${aggregate_id}_${owner}_${index}`,
    event_type,
    aggregate_type,
    aggregate_id,
    aggregate_version: index + 1,
    payload: JSON.stringify({ orderId: aggregate_id, ...data }),
    occurred_at: at,
    published_at: at,
  }))

export const allEvents = (): EventRow[] => [
  ...eventsOf(
    'ord_a',
    'order',
    'order',
    ['order.placed'],
    ['order.stock-requested'],
    ['order.confirmed'],
    ['order.shipped', { shipmentId: 'shp_a' }],
    ['order.refund-requested', { refundId: 'rfd_a' }],
    ['order.withdrawn', { withdrawalId: 'wdr_a' }],
    ['order.return-approved', { returnId: 'ret_a' }],
  ),
  ...eventsOf('ord_a', 'payment', 'payment', ['payment.succeeded'], ['payment.refund-failed', { refundId: 'rfd_a' }]),
  ...eventsOf('ord_a', 'catalog', 'reservation', ['catalog.stock-reserved'], ['catalog.stock-committed']),
  ...eventsOf(
    'ord_b',
    'order',
    'order',
    ['order.placed'],
    ['order.stock-requested'],
    ['order.confirmed'],
    ['order.refund-requested', { refundId: 'rfd_b' }],
    ['order.cancelled', { paid: true }],
  ),
  ...eventsOf('ord_c', 'order', 'order', ['order.placed'], ['order.stock-requested'], ['order.cancelled', { paid: false }]),
  ...eventsOf('ord_c', 'catalog', 'reservation', ['catalog.stock-reserved'], ['catalog.stock-released']),
  ...eventsOf('ord_b', 'payment', 'payment', ['payment.succeeded'], ['payment.refund-succeeded', { refundId: 'rfd_b' }]),
  ...eventsOf(
    'ord_b',
    'catalog',
    'reservation',
    ['catalog.stock-reserved'],
    ['catalog.stock-committed'],
    ['catalog.stock-returned', { returnId: 'cancel:ord_b' }],
  ),
]
