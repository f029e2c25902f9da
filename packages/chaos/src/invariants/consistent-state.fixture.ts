// Consistent collected state of three orders: one shipped with a failed refund and withdrawn from, one cancelled and refunded, one cancelled unpaid.
// Tests corrupt it in one place.
import type { CollectedState, EventRow } from '../collected-state/rows.ts'
import { documentRows, priceRows, promotionRows } from './consistent-after-sale.fixture.ts'
import { allEvents, at } from './consistent-events.fixture.ts'

const lines = JSON.stringify([{ sku: 'MUG', quantity: 2 }])
const readers = {
  'order.placed': [{ owner: 'cart', consumer: 'cart' }],
  'order.stock-requested': [{ owner: 'catalog', consumer: 'catalog' }],
  'order.confirmed': [{ owner: 'notification', consumer: 'notification' }],
  'payment.succeeded': [{ owner: 'order', consumer: 'order' }],
}

const anOrder = (id: string, end: 'shipped' | 'cancelled'): CollectedState['orders'][number] => ({
  id,
  number: `CW-${id}`,
  principal_id: `gst_${id}`,
  cart_id: `crt_${id}`,
  reservation_id: `res_${id}`,
  status: end,
  payment_status: 'paid',
  fulfilment_status: end === 'shipped' ? 'shipped' : 'none',
  refund_status: end === 'shipped' ? 'failed' : 'full',
  cancel_reason: end === 'shipped' ? null : 'customer',
  cancel_requested_at: null,
  email: `${id}@example.net`,
  currency: 'EUR',
  subtotal_minor: 3000,
  shipping_minor: 0,
  tax_minor: 479,
  discount_minor: 0,
  total_minor: 3000,
  captured_minor: 3000,
  order_lines: lines,
  line_cancellations: null,
  created_at: at,
})

const anUnpaidOrder = (id: string): CollectedState['orders'][number] => ({
  ...anOrder(id, 'cancelled'),
  payment_status: 'expired',
  refund_status: 'none',
  captured_minor: 0,
})

const pathOf = (order_id: string, ...path: string[]): CollectedState['history'] =>
  path.map((to_status, index) => ({
    order_id,
    version: index + 1,
    from_status: path[index - 1] ?? null,
    to_status,
    actor: 'order',
    created_at: at,
  }))

const recordedOperation = (
  actor: string,
  action: string,
  orderId: string | null,
  status: number,
  key: string | null,
): CollectedState['operations'][number] => ({ kind: 'operation', at, actor, action, orderId, status, detail: '', key, ms: 5 })

const mailFor = (event: EventRow, template: string) => ({
  message: {
    id: `msg_${event.event_id}`,
    event_id: event.event_id,
    event_type: event.event_type,
    template,
    recipient: 'a@example.net',
    order_id: event.aggregate_id,
    state: 'sent',
    resends: 0,
  },
  mail: { messageId: `<msg_${event.event_id}@cartwright.example>`, to: 'a@example.net', subject: template, text: '', copies: 1 },
})

const templates: Readonly<Record<string, string>> = {
  'order.confirmed': 'order-confirmed',
  'order.shipped': 'order-shipped',
  'order.cancelled': 'order-cancelled',
  'order.withdrawn': 'withdrawal-receipt',
  'order.return-approved': 'return-approved',
  'payment.refund-succeeded': 'refund-succeeded',
  'payment.refund-failed': 'alert-refund-failed',
}

const orderRows = (): Pick<
  CollectedState,
  'orders' | 'history' | 'refunds' | 'refundable' | 'shipments' | 'sagas' | 'sagaSteps'
> => ({
  orders: [anOrder('ord_a', 'shipped'), anOrder('ord_b', 'cancelled'), anUnpaidOrder('ord_c')],
  history: [
    ...pathOf('ord_a', 'pending', 'processing', 'shipped'),
    ...pathOf('ord_b', 'pending', 'processing', 'cancelled'),
    ...pathOf('ord_c', 'pending', 'cancelled'),
  ],
  refunds: [
    { id: 'rfd_b', order_id: 'ord_b', cause: 'cancelled', amount_minor: 3000, state: 'succeeded', origin: 'order' },
    { id: 'rfd_a', order_id: 'ord_a', cause: 'operator:c_1', amount_minor: 1000, state: 'failed', origin: 'order' },
  ],
  refundable: [{ order_id: 'ord_a', refundable_minor: 3000 }],
  shipments: [{ id: 'shp_a', order_id: 'ord_a', shipped_lines: lines }],
  sagas: [
    { id: 'ord_a', state: 'confirmed', deadline_at: null, tries: 0 },
    { id: 'ord_b', state: 'confirmed', deadline_at: null, tries: 0 },
    { id: 'ord_c', state: 'cancelled', deadline_at: null, tries: 0 },
  ],
  sagaSteps: [],
})

const payment = (order_id: string) => ({
  order_id,
  state: 'paid',
  amount_minor: 3000,
  currency: 'EUR',
  captured_minor: 3000,
  attempt: 1,
  session_id: `cs_${order_id}`,
  payment_intent_id: `pi_${order_id}`,
})

const paymentRows = (): Pick<CollectedState, 'payments' | 'paymentRefunds'> => ({
  payments: [payment('ord_a'), payment('ord_b')],
  paymentRefunds: [
    { id: 'rfd_b', order_id: 'ord_b', amount_minor: 3000, state: 'succeeded', origin: 'order' },
    { id: 'rfd_a', order_id: 'ord_a', amount_minor: 1000, state: 'failed', origin: 'order' },
  ],
})

const stockRows = (): Pick<
  CollectedState,
  'reservations' | 'stockReturns' | 'movements' | 'moves' | 'stock' | 'cartOrders' | 'openLines'
> => ({
  reservations: [
    { id: 'res_ord_a', order_id: 'ord_a', state: 'committed', stock_lines: lines },
    { id: 'res_ord_b', order_id: 'ord_b', state: 'committed', stock_lines: lines },
    { id: 'res_ord_c', order_id: 'ord_c', state: 'released', stock_lines: lines },
  ],
  stockReturns: [{ return_id: 'cancel:ord_b', reservation_id: 'res_ord_b', stock_lines: lines }],
  movements: [
    { order_id: 'ord_a', sku: 'MUG', moved: -2 },
    { order_id: 'ord_b', sku: 'MUG', moved: 0 },
  ],
  moves: [
    { sku: 'MUG', delta: 10, actor: 'usr_admin', reference: null },
    { sku: 'MUG', delta: -2, actor: 'order', reference: 'ord_a' },
    { sku: 'MUG', delta: -2, actor: 'order', reference: 'ord_b' },
    { sku: 'MUG', delta: 2, actor: 'order', reference: 'ord_b' },
  ],
  stock: [{ sku: 'MUG', on_hand: 8, reserved: 0, version: 5, moved: 8, stocked: 10 }],
  cartOrders: ['ord_a', 'ord_b', 'ord_c'].map((order_id) => ({
    order_id,
    cart_id: `crt_${order_id}`,
    closed_at: at,
    given_back_at: order_id === 'ord_c' ? at : null,
  })),
  openLines: [{ principal_id: 'gst_ord_c', sku: 'MUG', quantity: 2 }],
})

const eventRows = (
  events: EventRow[],
): Pick<CollectedState, 'events' | 'aggregates' | 'inbox' | 'readers' | 'deadLetters' | 'poison'> => ({
  events,
  aggregates: [
    { owner: 'order', aggregate_type: 'order', aggregate_id: 'ord_a', version: 7 },
    { owner: 'order', aggregate_type: 'order', aggregate_id: 'ord_b', version: 5 },
  ],
  inbox: events.flatMap((event) =>
    (readers[event.event_type as keyof typeof readers] ?? []).map(({ owner, consumer }) => ({
      owner,
      consumer,
      event_id: event.event_id,
    })),
  ),
  readers,
  deadLetters: [],
  poison: new Set(),
})

const mailRows = (events: readonly EventRow[]): Pick<CollectedState, 'messages' | 'mails'> => {
  const written = events.flatMap((event) =>
    templates[event.event_type] ? [mailFor(event, templates[event.event_type] ?? '')] : [],
  )
  return {
    messages: written.map(({ message }) => message),
    mails: written.map(({ mail }) => mail),
  }
}

const stripeLedger = (): CollectedState['stripe'] => ({
  sessions: ['ord_a', 'ord_b'].map((orderId) => ({
    id: `cs_${orderId}`,
    status: 'complete',
    payment_status: 'paid',
    payment_intent: `pi_${orderId}`,
    amount_total: 3000,
    metadata: { orderId },
  })),
  charges: ['ord_a', 'ord_b'].map((orderId) => ({
    id: `ch_${orderId}`,
    status: 'succeeded',
    amount_captured: 3000,
    payment_intent: `pi_${orderId}`,
    currency: 'eur',
  })),
  refunds: [
    { id: 're_b', status: 'succeeded', amount: 3000, payment_intent: 'pi_ord_b', metadata: { refundId: 'rfd_b' } },
    { id: 're_a', status: 'failed', amount: 1000, payment_intent: 'pi_ord_a', metadata: { refundId: 'rfd_a' } },
  ],
  disputes: [],
})

const copies = (): Pick<CollectedState, 'products' | 'documents' | 'projectedStock' | 'cachedCopies'> => ({
  products: [{ id: 'prd_1', skus: ['MUG'], prices: { EUR: 1500 }, inStock: true }],
  documents: [{ id: 'prd_1', skus: ['MUG'], prices: { EUR: 1500 }, inStock: true }],
  projectedStock: [{ where: 'the cart', sku: 'MUG', available: 8 }],
  cachedCopies: [
    {
      of: 'the cart of gst_1',
      version: 3,
      text: '1 × MUG',
      expiresMs: 20_000,
      original: { version: 3, text: '1 × MUG' },
      closable: true,
    },
    { of: 'the stock of MUG', version: 4, text: '9', expiresMs: 20_000, original: { version: 5, text: '8' }, closable: false },
    { of: 'the cart of gst_2', version: 3, text: null, expiresMs: 20_000, original: null, closable: true },
  ],
})

const operations = (): CollectedState['operations'] => [
  recordedOperation('admin', 'stock 10 of MUG', null, 201, 'k0'),
  recordedOperation('alice', 'add 2 of MUG', null, 200, null),
  recordedOperation('alice', 'checkout', 'ord_a', 201, 'k1'),
  { ...recordedOperation('alice', 'pay with 4242', 'ord_a', 303, null), detail: 'paid' },
  recordedOperation('bob', 'add 2 of MUG', null, 200, null),
  recordedOperation('bob', 'checkout', 'ord_b', 201, 'k2'),
  { ...recordedOperation('bob', 'pay with 4242', 'ord_b', 303, null), detail: 'paid' },
  recordedOperation('bob', 'cancel', 'ord_b', 200, 'k3'),
  recordedOperation('carol', 'add 2 of MUG', null, 200, null),
  recordedOperation('carol', 'checkout', 'ord_c', 201, 'k5'),
  recordedOperation('carol', 'cancel', 'ord_c', 202, 'k6'),
  recordedOperation('admin', 'refund', 'ord_a', 202, 'k4'),
  recordedOperation('alice', 'withdraw', 'ord_a', 200, null),
]

/** A new copy at each call. */
export const consistentState = (): CollectedState => {
  const events = allEvents()
  return {
    now: at,
    ...orderRows(),
    ...documentRows(),
    ...priceRows(),
    ...promotionRows(),
    ...paymentRows(),
    ...stockRows(),
    ...eventRows(events),
    ...mailRows(events),
    ...copies(),
    stripe: stripeLedger(),
    operations: operations(),
    faults: [],
    redelivery: { events: events.length, missing: [], handled: [], changed: [] },
    logFindings: [],
  }
}
