// Tests of the mail templates: both layouts say the same, and no data becomes markup.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  confirmed,
  declined,
  lines,
  linesCancelled,
  paidAndCancelled,
  refunded,
  shipped,
  totals,
  unpaidAndCancelled,
  wholePrice,
} from '../../fixtures.ts'
import type { templates } from './catalogue.ts'
import { render } from './render.ts'
import { eur, failure, orderUrl, reader, samples } from './samples.fixture.ts'

const poisoned = (value: unknown): unknown => {
  if (typeof value === 'string' && !/^(\d{4}-|[A-Z]{3}$|https?:|en$|declined$|failed$|won$|new$|payment_expired$)/.test(value))
    return `${value}<img src=x onerror="alert('1')">&`
  if (Array.isArray(value)) return value.map(poisoned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner)]))
}

describe('every template', () => {
  test.each(Object.entries(samples))('%s has a subject, a text and a whole HTML page that say the same', (name, data) => {
    const mail = render(name, data, { ...reader, code: '048213' })
    expect(mail.subject.length).toBeGreaterThan(10)
    expect(mail.subject.length).toBeLessThan(80)
    expect(mail.html).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
    expect(mail.html).not.toMatch(/<script|<link|<img/)
    expect(`${mail.text}${mail.html}${mail.subject}`).not.toMatch(/undefined|null|NaN|\[object/)
    expect(mail.text).toContain('Hello Alice,')
    expect(mail.html).toContain('Hello Alice,')
    const title = /<h1[^>]*>([^<]*)<\/h1>/.exec(mail.html)?.[1] ?? ''
    expect(mail.text).toContain(title)
  })

  test.each(Object.entries(samples))('%s lets no data become markup', (name, data) => {
    const { html } = render(name, poisoned(data), { ...reader, name: '<b onclick="x">Alice</b>', code: '048213' })
    expect(html).not.toMatch(/<img|<b |onerror="|onclick="/)
  })
})

describe('what mails say', () => {
  test('a confirmation lists lines with prices, totals and the order’s number in the reader’s language', () => {
    const plain = { orderId: 'ord_1', number: 'CW-7QK4-XH2P', lines, totals }
    const mail = render('order-confirmed', plain, reader)
    expect(mail.subject).toBe('Order CW-7QK4-XH2P is confirmed')
    expect(mail.text).toContain('Stoneware mug & saucer                                    €29.00\n  2 × €14.50')
    expect(mail.text).toMatch(/-{64}\nTotal {53}€35\.90/)
    expect(mail.text).not.toContain('Shipping')
    expect(mail.text).toContain(`See your order:\n${orderUrl}`)
    expect(mail.html).toContain('Stoneware mug &amp; saucer')
    expect(render('order-confirmed', plain, { ...reader, locale: 'de' }).text).toContain('35,90\u00a0€')
  })

  test.each([
    ['USD', '$12.50'],
    ['JPY', '¥1,250'],
    ['KWD', 'KWD 1.250'],
    ['HUF', 'HUF 12.50'],
    ['IDR', 'IDR 12.50'],
    ['COP', 'COP 12.50'],
    ['ISK', 'ISK 1,250'],
  ])('1250 minor units of %s are %s in every mail that names an amount', (currency, text) => {
    const amount = { amountMinor: 1250, currency }
    const line = { sku: 'S', name: 'Tea', quantity: 1, unitPrice: amount, lineTotal: amount }
    const none = { amountMinor: 0, currency }
    const sums = { subtotal: amount, shipping: none, tax: none, discount: none, total: amount }
    const order = { orderId: 'ord_1', number: 'CW-1', lines: [line], totals: sums }
    const common = { ...order, amount, refundId: 'rfd_1', reason: 'lost', disputeId: 'dp_1', dueAt: null, outcome: 'won' }
    const mails: [keyof typeof templates, object][] = [
      ['order-confirmed', order],
      ['order-cancelled', { ...order, reason: 'customer', paid: true }],
      ['order-lines-cancelled', { ...order, refund: amount }],
      ['payment-declined', { ...common, declineCode: 'card_declined', payUrl: null }],
      ['refund-succeeded', { ...common, lines: [], refundedTotal: amount, captured: amount }],
      ['alert-refund-failed', common],
      ['alert-review-required', { ...common, expected: amount, got: amount }],
      ['alert-dispute-opened', common],
      ['alert-dispute-closed', common],
      ['alert-payments', { count: 1, shown: [{ ...failure, amount }] }],
    ]
    for (const [name, data] of mails) expect(render(name, data, reader).text.replace(/\u00a0/g, ' ')).toContain(text)
  })

  test('a confirmation names discounts, shipping and the taxes that prices include, and the amounts add up', () => {
    const { text } = render('order-confirmed', confirmed, reader)
    expect(text).toMatch(
      /Subtotal +€35\.90\nFriends \(FRIEND\) +-€3\.59\nShipping: Parcel +€4\.90\nTotal +€37\.21\nincludes VAT 19 % +€5\.02\nincludes VAT 7 % +€0\.92/,
    )
  })

  test('a confirmation adds the taxes that come on top before the total', () => {
    const price = { ...wholePrice, taxIncluded: false, totals: { ...wholePrice.totals, total: eur(4315) } }
    const { text } = render('order-confirmed', { ...confirmed, ...price }, { ...reader, locale: 'de' })
    expect(text.replaceAll('\u00a0', ' ')).toMatch(
      /Versand: Parcel +4,90 €\nzzgl\. VAT 19 % +5,02 €\nzzgl\. VAT 7 % +0,92 €\nGesamtbetrag +43,15 €/,
    )
  })

  test('a confirmation of an older version has general names', () => {
    const { orderId, number } = confirmed
    const older = { ...totals, shipping: eur(499), tax: eur(100), discount: eur(50), total: eur(4139) }
    const { text } = render('order-confirmed', { orderId, number, lines, totals: older }, reader)
    expect(text).toMatch(/Subtotal +€35\.90\nDiscount +-€0\.50\nShipping +€4\.99\nplus Tax +€1\.00\nTotal +€41\.39/)
  })

  test('a mail about a parcel shows the price of the whole order', () => {
    expect(render('order-shipped', shipped, reader).text).toMatch(/whole order:\n\nSubtotal +€35\.90\n/)
    expect(render('order-shipped', shipped, reader).text).toContain(`Track the parcel:\n${shipped.trackingUrl}`)
    const { totals: _, trackingUrl: __, ...older } = shipped
    expect(render('order-shipped', older, reader).text).not.toMatch(/whole order|Total|Track the parcel/)
  })

  test('the code is the first six digits that the text holds, and does not stand in the subject, which a locked phone shows', () => {
    const mail = render('order-lookup', { number: '654321', minutes: 10 }, { ...reader, code: '048213' })
    expect(mail.text).toMatch(/^Your code: 048213\n/)
    expect(mail.subject).toBe('Your code for order 654321')
    for (const name of ['verify-email', 'reset-password', 'change-email'] as const)
      expect(render(name, { minutes: 10 }, { ...reader, code: '048213' }).subject).not.toContain('048213')
    expect(() => render('verify-email', { minutes: 10 }, reader)).toThrow('needs a code')
  })

  test('a cancellation says what becomes of the money and of the cart', () => {
    expect(render('order-cancelled', unpaidAndCancelled, reader).text).toContain(
      'You have not been charged. What you had chosen is in your cart again.',
    )
    expect(render('order-cancelled', paidAndCancelled, reader).text).toContain('Your money comes back')
  })

  test('mails about a free order mention neither a payment nor a refund', () => {
    const free = { ...totals, discount: totals.total, total: eur(0) }
    const confirmation = render('order-confirmed', { ...confirmed, totals: free }, reader)
    expect(confirmation.text).toContain('There is nothing to pay')
    expect(confirmation.text).not.toContain('your payment')
    const cancellation = render('order-cancelled', { ...paidAndCancelled, totals: free }, reader)
    expect(cancellation.text).toContain('There was nothing to pay')
    expect(cancellation.text).not.toContain('money comes back')
  })

  test('a partial cancellation names the goods, and what is paid back when something is', () => {
    const { text } = render('order-lines-cancelled', linesCancelled, reader)
    expect(text).toContain('Assam tea, 100 g')
    expect(text).toContain('We are refunding €6.90')
    expect(render('order-lines-cancelled', { ...linesCancelled, refund: null }, reader).text).not.toContain('refund')
  })

  test('mails about a refund name its goods, what else it pays for, its amount and the taxes that it contains', () => {
    for (const name of ['refund-succeeded', 'refund-failed'] as const) {
      const { text, html } = render(name, refunded, reader)
      expect(text).toMatch(
        /Assam tea, 100 g +€5\.90\n {2}1 × TEA-100\n-+\nShipping and other amounts +€1\.00\nThis refund +€6\.90\nincludes VAT 7 % +€0\.45\n/,
      )
      expect(html.replaceAll(/<[^>]*>/g, ' ')).toMatch(/Assam tea, 100 g .*This refund +€6\.90 .*includes VAT 7 % +€0\.45/)
      const german = render(name, refunded, { ...reader, locale: 'de' }).text.replaceAll('\u00a0', ' ')
      expect(german).toMatch(/Versand und andere Beträge +1,00 €\nDiese Erstattung +6,90 €\nenthält VAT 7 % +0,45 €/)
      const { lines: _, taxes: __, ...older } = refunded
      expect(render(name, older, reader).text).toMatch(/\nThis refund +€6\.90\n/)
      expect(render(name, { ...older, lines: [] }, reader).text).not.toMatch(/other amounts|includes/)
    }
  })

  test('a declined payment names reasons that help, and no suspicion', () => {
    expect(render('payment-declined', declined, reader).text).toContain('There was not enough money on it.')
    const stolen = render('payment-declined', { ...declined, declineCode: 'stolen_card' }, reader)
    expect(stolen.text).toContain('Your bank did not approve it.')
    expect(stolen.text).not.toContain('stolen')
    expect(stolen.html).toContain('href="https://pay.example/c/1?a=1&amp;b=2"')
  })

  test('only web addresses become links', () => {
    expect(render('payment-declined', { ...declined, payUrl: 'javascript:alert(1)' }, reader).html).not.toContain('javascript:')
  })

  test('a grouped alert counts what it does not show', () => {
    const mail = render('alert-payments', { count: 25, shown: [failure] }, { ...reader, name: null })
    expect(mail.subject).toBe('Alert: 25 payments did not go through')
    expect(mail.text).toContain('And 24 more.')
  })

  test('whatever goods are called, the HTML has the same tags', () => {
    const tagsOf = (name: string) =>
      render('order-shipped', { ...shipped, lines: [{ sku: 'S', name, quantity: 1 }] }, { ...reader, name }).html.match(
        /<[^>]*>/g,
      )
    const usual = tagsOf('Tea')
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', '=', ' ', ';', '`') }),
        (name) => {
          expect(tagsOf(name)).toEqual(usual)
        },
      ),
    )
  })
})
