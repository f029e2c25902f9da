// Examples of the order calls: one order from checkout to a partial refund, and its saga.
import {
  eur,
  exampleAddress,
  exampleEmail,
  exampleIds,
  exampleNumber,
  exampleOf,
  exampleTime,
  exampleTrace,
} from '../examples.ts'
import type { OrderLine } from './lines.ts'
import type { ReturnView } from './return-view.ts'
import { type AdminOrder, Order, type OrderSummary, type PaymentView, type PlaceOrder, type Saga } from './schemas.ts'

const untouched = { discounts: [], taxes: [], cancelledQuantity: 0 }
const lines: OrderLine[] = [
  {
    id: exampleIds.mugLine,
    sku: 'HARB-MUG-SND',
    name: 'Harbour Mug — sand',
    quantity: 2,
    unitPrice: eur(1450),
    lineTotal: eur(2900),
    variantId: 'var_007a892ec1baa6e3c1facc44',
    productSlug: 'harbour-mug',
    options: { colour: 'sand' },
    imageUrl: 'https://shop.example/v1/images/harbour-mug-sand',
    ...untouched,
  },
  {
    id: exampleIds.bagLine,
    sku: 'LINE-BREA-BAG-1',
    name: 'Linen Bread Bag — one',
    quantity: 1,
    unitPrice: eur(1600),
    lineTotal: eur(1600),
    variantId: 'var_00b6e5de94a1f3c27d805e6a',
    productSlug: 'linen-bread-bag',
    options: { pack: 'one' },
    imageUrl: 'https://shop.example/v1/images/linen-bread-bag',
    ...untouched,
  },
]
const placed = { at: exampleTime(58), from: null, to: 'pending', reason: null, actor: 'customer' } as const
const paid = { at: exampleTime(59), from: 'pending', to: 'processing', reason: 'paid', actor: 'order' } as const

const pendingOrder = exampleOf(Order, {
  id: exampleIds.order,
  number: exampleNumber,
  status: 'pending',
  paymentStatus: 'awaiting',
  fulfilmentStatus: 'none',
  refundStatus: 'none',
  returnStatus: 'none',
  email: exampleEmail,
  currency: 'EUR',
  lines,
  addresses: { shipping: exampleAddress, billing: null },
  subtotal: eur(4500),
  shipping: eur(0),
  tax: eur(0),
  discount: eur(0),
  total: eur(4500),
  taxIncluded: true,
  taxes: [],
  shippingOption: null,
  shipments: [],
  refunds: [],
  history: [placed],
  createdAt: placed.at,
})
const paidOrder: Order = { ...pendingOrder, status: 'processing', paymentStatus: 'paid', history: [placed, paid] }
const cancelledByCustomer: Order = {
  ...paidOrder,
  status: 'cancelled',
  refundStatus: 'pending',
  cancelReason: 'customer',
  cancelRequestedAt: exampleTime(30, 26),
  refunds: [{ id: exampleIds.refund, amount: eur(4500), reason: 'the order was cancelled', state: 'pending', origin: 'order' }],
  history: [
    placed,
    paid,
    { at: exampleTime(30, 26), from: 'processing', to: 'cancelled', reason: 'Ordered by mistake', actor: 'customer' },
  ],
}

const byCustomer = { actorId: exampleIds.user, correlationId: 'req_5c83ce17-9fb8-4388-8b33-2cbbc5c4cf7c' }
const bySaga = { actorId: 'order', correlationId: 'req_09e09585-6518-4a46-8eb4-2c7d75713a4f' }
const byOperator = { actor: 'operator', actorId: exampleIds.operator, correlationId: 'req_76926519-8b5e-4219-9ab0-161bc9b777b1' }
const shipped = {
  at: exampleTime(10, 40),
  from: 'processing',
  to: 'shipped',
  reason: 'DHL JD014600003RU',
  ...byOperator,
} as const
const delivered = { at: exampleTime(12, 55), from: 'shipped', to: 'delivered', reason: null, ...byOperator } as const

const adminOrder: AdminOrder = {
  ...paidOrder,
  principal: { id: exampleIds.user, role: 'customer' },
  cartId: exampleIds.cart,
  reservationId: exampleIds.reservation,
  captured: eur(4500),
  refundable: eur(4500),
  cancelNote: null,
  shipments: [],
  dispute: null,
  history: [
    { ...placed, ...byCustomer },
    { ...paid, ...bySaga },
  ],
}
const shippedOrder: AdminOrder = {
  ...adminOrder,
  status: 'shipped',
  fulfilmentStatus: 'shipped',
  shipments: [
    {
      id: exampleIds.shipment,
      carrier: 'DHL',
      trackingNumber: 'JD014600003RU',
      trackingUrl: 'https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD014600003RU',
      lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      at: shipped.at,
      despiteDispute: null,
    },
  ],
  history: [...adminOrder.history, shipped],
}
const deliveredOrder: AdminOrder = {
  ...shippedOrder,
  status: 'delivered',
  fulfilmentStatus: 'delivered',
  history: [...shippedOrder.history, delivered],
}
const refundedOrder: AdminOrder = {
  ...deliveredOrder,
  refundStatus: 'pending',
  refundable: eur(3050),
  refunds: [{ id: exampleIds.refund, amount: eur(1450), reason: 'One mug arrived broken', state: 'pending', origin: 'order' }],
}
const cancelledOrder: AdminOrder = {
  ...adminOrder,
  status: 'cancelled',
  refundStatus: 'pending',
  cancelReason: 'operator',
  cancelRequestedAt: exampleTime(5, 30),
  cancelNote: 'The last mugs broke while packing',
  refundable: eur(0),
  refunds: [{ id: exampleIds.refund, amount: eur(4500), reason: 'the order was cancelled', state: 'pending', origin: 'order' }],
  history: [
    ...adminOrder.history,
    { at: exampleTime(5, 30), from: 'processing', to: 'cancelled', reason: 'The last mugs broke while packing', ...byOperator },
  ],
}

const summary: OrderSummary = {
  id: exampleIds.order,
  number: exampleNumber,
  status: 'processing',
  paymentStatus: 'paid',
  fulfilmentStatus: 'none',
  refundStatus: 'none',
  cancelReason: null,
  email: exampleEmail,
  total: eur(4500),
  createdAt: placed.at,
}
const checkout: PlaceOrder = {
  cartVersion: 2,
  expectedTotal: eur(4500),
  shippingAddress: exampleAddress,
  locale: 'en',
}
const payment: PaymentView = {
  state: 'open',
  url: 'https://checkout.stripe.com/c/pay/cs_test_9ba13977634f433d9b5acdf9',
  expiresAt: exampleTime(58, 56),
}

const received = (second: number, type: string, id: string) =>
  ({ at: exampleTime(second), direction: 'received', type, id }) as const
const sent = (second: number, type: string, id: string) => ({ at: exampleTime(second), direction: 'sent', type, id }) as const
const saga: Saga = {
  orderId: exampleIds.order,
  number: exampleNumber,
  status: 'pending',
  state: 'paying',
  waitsFor: ['payment.succeeded', 'payment.failed', 'payment.expired', 'payment.review-required'],
  tries: 0,
  deadlineAt: exampleTime(58, 58),
  traceId: exampleTrace,
  correlationId: byCustomer.correlationId,
  startedAt: placed.at,
  updatedAt: exampleTime(59),
  actions: ['retry', 'compensate'],
  steps: [
    {
      at: exampleTime(58),
      input: 'stockReserved',
      event: { id: 'evt_01m8mk6m18rjxsy7kp7b7nn719', type: 'catalog.stock-reserved' },
      from: 'reserving',
      to: 'opening',
      effects: ['requestPayment'],
      traceId: exampleTrace,
    },
    {
      at: exampleTime(59),
      input: 'sessionOpened',
      event: { id: 'evt_01m8mk6m1g5tr6j28dgm127xvt', type: 'payment.session-opened' },
      from: 'opening',
      to: 'paying',
      effects: ['rememberUrl'],
      traceId: exampleTrace,
    },
  ],
  events: [
    sent(58, 'order.placed', 'evt_01m8mk6m13jvz8hp6x2f4wve2h'),
    sent(58, 'order.stock-requested', 'evt_01m8mk6m13qbv0t5ea70p48den'),
    received(58, 'catalog.stock-reserved', 'evt_01m8mk6m18rjxsy7kp7b7nn719'),
    sent(58, 'order.payment-requested', 'evt_01m8mk6m1avy673e5b4a7a8tvy'),
    received(59, 'payment.session-opened', 'evt_01m8mk6m1g5tr6j28dgm127xvt'),
  ],
}
const compensatedSaga: Saga = {
  ...saga,
  status: 'cancelled',
  state: 'cancelled',
  waitsFor: [],
  deadlineAt: null,
  updatedAt: exampleTime(40, 27),
  actions: [],
  steps: [
    ...saga.steps,
    {
      at: exampleTime(40, 27),
      input: 'compensateAsked',
      event: null,
      from: 'paying',
      to: 'cancelled',
      effects: ['requestExpiry', 'releaseStock', 'cancelByRequest'],
      traceId: exampleTrace,
    },
  ],
}

const returnView: ReturnView = {
  number: exampleNumber,
  state: 'paid',
  url: null,
  expiresAt: null,
  message: {
    mood: 'good',
    title: 'Thank you!',
    text: 'Your payment has arrived. A confirmation is on its way to you by e-mail.',
  },
}

export const orderExamples = {
  params: { orderId: exampleIds.order },
  ticket: { orderId: exampleIds.order, ticket: 'thq8m0.0Yk3vJr5bWc1pQx8sLt6nGd2hZf4aMu9eRi7oKjPyTw' },
  checkout,
  payment,
  pendingOrder,
  paidOrder,
  cancelledByCustomer,
  adminOrder,
  shippedOrder,
  deliveredOrder,
  refundedOrder,
  cancelledOrder,
  summary,
  saga,
  compensatedSaga,
  returnView,
  cancelledReturn: {
    ...returnView,
    state: 'cancelling',
    message: { mood: 'wait', title: 'Cancelling', text: 'We are making sure that no payment is under way.' },
  } satisfies ReturnView,
}
