// What a shopper is told of an order: true for every state, and never two things that exclude each other.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OrderFacts, orderMessage } from './message.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const placed: OrderFacts = {
  status: 'pending',
  paymentStatus: 'awaiting',
  fulfilmentStatus: 'none',
  refundStatus: 'none',
  cancelReason: null,
  cancelRequestedAt: null,
  total: eur(2000),
  captured: eur(0),
  refunded: eur(0),
  cartRestored: false,
  payable: false,
}
const at = '2026-11-29T00:00:00.000Z'
const say = (facts: Partial<OrderFacts>) => {
  const { mood, title, text } = orderMessage({ ...placed, ...facts }, 'en')
  return `${mood}: ${title}. ${text}`
}
const paid = { paymentStatus: 'paid', captured: eur(2000) } as const
const unpaidEnd = { status: 'cancelled', cartRestored: true } as const
const paidEnd = { ...paid, status: 'cancelled', cancelReason: 'customer' } as const

describe('says what is true', () => {
  test.each<[string, Partial<OrderFacts>, string[]]>([
    ['preparing', {}, ['wait: One moment']],
    ['open', { payable: true }, ['wait: Not paid yet']],
    ['cancelling', { cancelRequestedAt: at }, ['Cancelling', 'no payment is under way']],
    ['cancelling after the money', { ...paid, cancelRequestedAt: at }, ['Cancelling', 'your money goes back']],
    ['free', { paymentStatus: 'not_required' }, ['wait: One moment', 'nothing to pay']],
    ['free and in processing', { paymentStatus: 'not_required', status: 'processing' }, ['good: Thank you!', 'nothing to pay']],
    [
      'free and cancelled',
      { ...unpaidEnd, paymentStatus: 'not_required', cancelReason: 'out_of_stock' },
      ['sold out', 'not been charged'],
    ],
    ['paid', paid, ['good: Thank you!', 'has arrived']],
    ['review', { paymentStatus: 'review', captured: eur(1) }, ['We are checking your payment']],
    [
      'failed',
      { ...unpaidEnd, paymentStatus: 'failed', cancelReason: 'payment_failed' },
      ['bad: The payment did not work', 'You have not been charged', 'in your cart again'],
    ],
    [
      'expired',
      { ...unpaidEnd, paymentStatus: 'expired', cancelReason: 'payment_expired' },
      ['The payment took too long', 'not paid in time', 'You have not been charged', 'in your cart again'],
    ],
    ['cancelled by the shopper', { ...unpaidEnd, cancelReason: 'customer' }, ['You asked us', 'You have not been charged']],
    ['cancelled by the shop', { ...unpaidEnd, cancelReason: 'operator' }, ['We had to cancel it', 'in your cart again']],
    ['sold out before it was paid', { ...unpaidEnd, cancelReason: 'out_of_stock' }, ['sold out', 'You have not been charged']],
    [
      'sold out after it was paid',
      { ...paidEnd, cancelReason: 'out_of_stock', refundStatus: 'pending' },
      ['sold out', 'We are sending €20.00 back', 'Your cart stays as it is'],
    ],
    ['no stock in time', { ...unpaidEnd, cancelReason: 'reservation_timeout' }, ['could not set the goods aside']],
    ['paid and cancelled, refund pending', { ...paidEnd, refundStatus: 'pending' }, ['We are sending €20.00 back']],
    [
      'paid and cancelled, part of it sent',
      { ...paidEnd, refundStatus: 'pending', refunded: eur(500) },
      ['We are sending €15.00 back'],
    ],
    ['paid and cancelled, refunded', { ...paidEnd, refundStatus: 'full', refunded: eur(2000) }, ['We have sent €20.00 back']],
    ['paid and cancelled, refund failed', { ...paidEnd, refundStatus: 'failed' }, ['did not work', 'We see to it']],
    ['paid and cancelled, disputed', { ...paidEnd, paymentStatus: 'disputed' }, ['your bank decides']],
    [
      'cancelled unpaid, and then money came',
      { ...paidEnd, cancelReason: 'payment_expired', cartRestored: true, refundStatus: 'pending' },
      ['We are sending €20.00 back', 'in your cart again'],
    ],
    ['in processing', { ...paid, status: 'processing' }, ['good: Thank you!', 'getting your order ready']],
    [
      'in processing, a part refunded',
      { ...paid, status: 'processing', refundStatus: 'partial', refunded: eur(500) },
      ['€5.00 of €20.00 back'],
    ],
    ['partly shipped', { ...paid, status: 'processing', fulfilmentStatus: 'partial' }, ['A part of your order is on its way']],
    ['disputed', { ...paid, status: 'processing', paymentStatus: 'disputed' }, ['wait: Your payment is disputed']],
    ['shipped', { ...paid, status: 'shipped' }, ['on its way']],
    ['delivered, a refund failed', { ...paid, status: 'delivered', refundStatus: 'failed' }, ['has arrived', 'did not work']],
  ])('%s', (_, facts, says) => {
    for (const words of says) expect(say(facts)).toContain(words)
  })
})

test.each([
  ['en', { notCharged: 'not been charged', restored: 'in your cart again' }],
  ['de-AT', { notCharged: 'nichts abgebucht', restored: 'wieder im Warenkorb' }],
])('for any facts in %s: charged or not, the cart filled or not, and amounts in the order’s own digits', (locale, words) => {
  const facts = fc.record({
    status: fc.constantFrom('pending', 'processing', 'shipped', 'delivered', 'cancelled'),
    paymentStatus: fc.constantFrom('awaiting', 'not_required', 'paid', 'failed', 'expired', 'cancelled', 'review', 'disputed'),
    fulfilmentStatus: fc.constantFrom('none', 'partial', 'shipped', 'delivered'),
    refundStatus: fc.constantFrom('none', 'pending', 'partial', 'full', 'failed'),
    cancelReason: fc.option(
      fc.constantFrom('out_of_stock', 'payment_failed', 'payment_expired', 'customer', 'operator', 'reservation_timeout'),
    ),
    cancelRequestedAt: fc.option(fc.constant(at)),
    captured: fc.integer({ min: 0, max: 5000 }),
    refunded: fc.integer({ min: 0, max: 5000 }),
    cartRestored: fc.boolean(),
    payable: fc.boolean(),
    currency: fc.constantFrom('EUR', 'JPY', 'KWD', 'HUF'),
  })
  fc.assert(
    fc.property(facts, ({ captured, refunded, currency, ...rest }) => {
      const of = (amountMinor: number) => ({ amountMinor, currency })
      const message = orderMessage(
        { ...rest, total: of(2000), captured: of(captured), refunded: of(refunded) } as OrderFacts,
        locale,
      )
      const whole = `${message.title}. ${message.text}`
      expect(whole).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\./)
      if (captured > 0) expect(whole).not.toContain(words.notCharged)
      if (rest.status === 'cancelled') {
        expect(message.mood).toBe('bad')
        expect(whole.includes(words.restored)).toBe(rest.cartRestored)
        if (captured === 0) expect(whole).toContain(words.notCharged)
      }
      if (currency === 'JPY') expect(whole).not.toMatch(/¥\s?[\d,.]+[.,]\d{1,2}\b/)
    }),
    { numRuns: 2000 },
  )
})
