// Test data for every mail template, and a reader.
import {
  confirmed,
  declined,
  goodsBack,
  linesCancelled,
  refunded,
  shipped,
  unpaidAndCancelled,
  withdrawn,
} from '../../fixtures.ts'
import type { templates } from './catalogue.ts'

export const orderUrl = 'https://shop.example/orders/view?ticket=t.o.ken'
export const reader = {
  name: 'Alice',
  locale: 'en',
  timeZone: 'UTC',
  shopName: 'Cartwright',
  publicUrl: 'https://shop.example',
  orderUrl,
  code: null,
}
const at = '2026-03-04T09:30:00.000Z'
export const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
export const failure = {
  kind: 'declined',
  orderId: 'ord_1',
  number: 'CW-1',
  amount: eur(500),
  reason: 'insufficient_funds',
  at,
}

/** Data for every template, so that none is forgotten. */
export const samples: Record<keyof typeof templates, object> = {
  'verify-email': { minutes: 10 },
  'reset-password': { minutes: 10 },
  'change-email': { minutes: 10 },
  'already-registered': {},
  welcome: {},
  'password-changed': { at },
  'email-changed': { at, reader: 'new' },
  'order-confirmed': confirmed,
  'order-shipped': shipped,
  'order-delivered': { number: 'CW-1', at },
  'order-cancelled': unpaidAndCancelled,
  'order-lines-cancelled': linesCancelled,
  'return-requested': goodsBack,
  'return-approved': goodsBack,
  'return-rejected': { ...goodsBack, reason: 'It was worn' },
  'return-received': goodsBack,
  'order-lookup': { number: 'CW-123456', minutes: 10 },
  'withdrawal-code': { number: 'CW-123456', minutes: 10 },
  'withdrawal-receipt': withdrawn,
  'payment-declined': declined,
  'refund-succeeded': refunded,
  'refund-failed': refunded,
  'alert-payments': { count: 1, shown: [failure] },
  'alert-refund-failed': { ...refunded, reason: 'lost' },
  'alert-review-required': { orderId: 'ord_1', number: 'CW-1', expected: eur(1), got: eur(2) },
  'alert-dispute-opened': {
    orderId: 'ord_1',
    number: 'CW-1',
    disputeId: 'dp_1',
    amount: eur(1),
    reason: 'fraudulent',
    dueAt: null,
  },
  'alert-dispute-closed': { orderId: 'ord_1', number: 'CW-1', disputeId: 'dp_1', amount: eur(1), outcome: 'won' },
}
