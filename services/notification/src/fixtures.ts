// Test data: the events that notification consumes, and the template of each.
import { type DataOf, type EventContract, identityEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'

export const alice = { email: 'alice@example.com', name: 'Alice <Archer>' }
export const userId = 'usr_alice00001'
export const orderId = 'ord_0000000001'
const at = '2026-03-04T09:30:00.000Z'
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const order = { orderId, number: 'CW-7QK4-XH2P', recipient: alice, locale: 'en', principalId: userId }
const payment = { ...order, paymentId: 'pay_0000000001' }

export const lines = [
  { sku: 'MUG-BLUE', name: 'Stoneware mug & saucer', quantity: 2, unitPrice: eur(1450), lineTotal: eur(2900) },
  { sku: 'TEA-100', name: 'Assam tea, 100 g', quantity: 1, unitPrice: eur(690), lineTotal: eur(690) },
]
export const totals = { subtotal: eur(3590), shipping: eur(0), tax: eur(0), discount: eur(0), total: eur(3590) }
/** An order whose price has every kind of row. */
export const wholePrice = {
  totals: { subtotal: eur(3590), shipping: eur(490), tax: eur(594), discount: eur(359), total: eur(3721) },
  taxIncluded: true,
  taxes: [
    { name: 'VAT', rate: 19, base: eur(2640), amount: eur(502) },
    { name: 'VAT', rate: 7, base: eur(487), amount: eur(92) },
  ],
  discounts: [{ promotionId: 'prm_000001', name: 'Friends', code: 'FRIEND', amount: eur(359) }],
  shippingOption: { id: 'opt_000001', name: 'Parcel', price: eur(490) },
}
const cancelled = {
  ...order,
  principal: { id: userId, role: 'customer' as const },
  cartId: 'crt_0000000001',
  currency: 'EUR',
  lines,
  totals,
}

export const verified = { userId, recipient: alice, locale: 'en' }
export const confirmed = { ...order, lines, ...wholePrice }
export const shipped = {
  ...order,
  shipmentId: 'shp_1',
  carrier: 'Post',
  trackingNumber: 'TR-1',
  trackingUrl: 'https://post.example/track?id=TR-1',
  lines: [{ sku: 'TEA-100', name: 'Assam tea, 100 g', quantity: 1 }],
  ...wholePrice,
}
export const delivered = { ...order, at }
export const goodsBack = { ...order, returnId: 'ret_0000000001', lines: shipped.lines }
export const withdrawn = {
  ...order,
  withdrawalId: 'wdr_0000000001',
  receipt: 'We have received your withdrawal.\nReceived: March 4, 2026 at 9:30:00 AM UTC\n1 × Assam tea, 100 g',
  at,
}
export const linesCancelled = { ...order, cancellationId: 'cnl_0000000001', lines: shipped.lines, refund: eur(690) }
export const unpaidAndCancelled = { ...cancelled, reason: 'payment_expired' as const, paid: false }
export const paidAndCancelled = { ...cancelled, reason: 'operator' as const, paid: true }
export const refunded = {
  ...payment,
  refundId: 'rfd_0000000001',
  amount: eur(690),
  refundedTotal: eur(690),
  captured: eur(3590),
  origin: 'order' as const,
  lines: [{ sku: 'TEA-100', name: 'Assam tea, 100 g', quantity: 1, amount: eur(590) }],
  taxes: [{ name: 'VAT', rate: 7, base: eur(645), amount: eur(45) }],
}

/** An event with its data and the template of its mail. */
const emailEvent = <E extends EventContract>(event: E, template: string, data: DataOf<E>) => ({
  name: event.name,
  template,
  deliverTo: (t: UnderTest, options: { twice?: boolean } = {}) => t.receive(event, data, options),
})

/** Events without a code that cause one mail to the customer. */
export const customerEmailEvents = [
  emailEvent(identityEvents.customerVerified, 'welcome', verified),
  emailEvent(identityEvents.passwordChanged, 'password-changed', { ...verified, at }),
  emailEvent(orderEvents.confirmed, 'order-confirmed', confirmed),
  emailEvent(orderEvents.shipped, 'order-shipped', shipped),
  emailEvent(orderEvents.delivered, 'order-delivered', delivered),
  emailEvent(orderEvents.cancelled, 'order-cancelled', unpaidAndCancelled),
  emailEvent(orderEvents.linesCancelled, 'order-lines-cancelled', linesCancelled),
  emailEvent(orderEvents.returnRequested, 'return-requested', goodsBack),
  emailEvent(orderEvents.returnApproved, 'return-approved', goodsBack),
  emailEvent(orderEvents.returnRejected, 'return-rejected', { ...goodsBack, reason: 'It was worn' }),
  emailEvent(orderEvents.returnReceived, 'return-received', { ...goodsBack, reservationId: 'res_0000000001', restock: [] }),
  emailEvent(orderEvents.withdrawn, 'withdrawal-receipt', withdrawn),
  emailEvent(paymentEvents.refundSucceeded, 'refund-succeeded', refunded),
]

/** Events that cause one alert each. */
export const operatorAlertEvents = [
  emailEvent(paymentEvents.reviewRequired, 'alert-review-required', { ...payment, expected: eur(3590), got: eur(3500) }),
  emailEvent(paymentEvents.disputeOpened, 'alert-dispute-opened', {
    ...payment,
    disputeId: 'dp_1',
    amount: eur(3590),
    reason: 'fraudulent',
    dueAt: at,
  }),
  emailEvent(paymentEvents.disputeClosed, 'alert-dispute-closed', {
    ...payment,
    disputeId: 'dp_1',
    amount: eur(3590),
    outcome: 'lost',
  }),
]

export const emailChanged = { userId, recipient: { email: 'alice@new.example' }, previousRecipient: alice, locale: 'en', at }
export const declined = {
  ...payment,
  attempt: 1,
  declineCode: 'insufficient_funds',
  amount: eur(3590),
  payUrl: 'https://pay.example/c/1?a=1&b=2',
}
export const refundFailed = {
  ...payment,
  refundId: 'rfd_0000000001',
  amount: eur(690),
  reason: 'expired_or_canceled_card',
}
export const paymentFailed = { ...payment, amount: eur(3590), reason: 'the bank said no' }
export const codeFor = (
  purpose: 'verify-email' | 'reset-password' | 'change-email' | 'already-registered',
  sealedCode: string,
  expiresAt: Date,
) => ({
  userId,
  purpose,
  recipient: alice,
  locale: 'en',
  sealedCode,
  expiresAt: expiresAt.toISOString(),
})
export const lookup = (sealedCode: string, expiresAt: Date) => ({ ...order, sealedCode, expiresAt: expiresAt.toISOString() })
