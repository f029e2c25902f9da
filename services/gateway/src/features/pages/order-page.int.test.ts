// Order page that a mail links to: only a valid ticket opens it, it shows the order's current state, and it escapes every text.
import { type Order, type OrderPage, orderApi } from '@cartwright/contracts'
import { signOrderToken } from '@cartwright/service-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayUnderTest, json, startGateway } from '../../fixtures.ts'

const secret = 'development-internal-secret-for-tests'
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const at = '2026-03-04T09:30:00.000Z'
const { email: _, addresses: __, lastDecline: ___, ...anOrder } = orderApi.getOrder.examples.response as Order
const order: OrderPage = {
  ...anOrder,
  id: 'ord_0000000001',
  number: 'CW-7QK4-XH2P',
  status: 'shipped',
  paymentStatus: 'paid',
  fulfilmentStatus: 'shipped',
  refundStatus: 'partial',
  currency: 'EUR',
  lines: [
    {
      id: 'lin_1',
      sku: 'MUG',
      name: 'Mug & saucer',
      quantity: 2,
      unitPrice: eur(1450),
      lineTotal: eur(2900),
      discounts: [],
      taxes: [],
      cancelledQuantity: 1,
    },
  ],
  subtotal: eur(2900),
  shipping: eur(499),
  tax: eur(0),
  discount: eur(0),
  total: eur(3399),
  taxIncluded: true,
  taxes: [],
  shipments: [{ id: 'shp_1', carrier: 'Post', trackingNumber: 'TR-1', lines: [{ sku: 'MUG', quantity: 2 }], at }],
  refunds: [{ id: 'rfd_1', amount: eur(500), reason: 'goodwill', state: 'succeeded', origin: 'order' }],
  history: [
    { at, from: null, to: 'pending', reason: null, actor: 'customer' },
    { at, from: 'pending', to: 'processing', reason: 'paid', actor: 'order' },
    { at, from: 'processing', to: 'shipped', reason: 'an inner note', actor: 'operator' },
  ],
  createdAt: at,
  locale: 'en',
  payment: { state: 'paid', url: null, expiresAt: null },
  message: { mood: 'good', title: 'Your order is on its way', text: 'We have handed all of it to the carrier.' },
}

describe('the order page', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in another process', { GATEWAY_SHOP_URL: 'https://shop.example/' })
  })
  afterAll(() => t.stop())

  const ticketFor = (orderId = order.id, days = 90, key = secret) =>
    signOrderToken(key, t.clock, { orderId, principalId: 'gst_000001' }, days * 86_400)
  const open = (ticket: string) => t.anonymous.get(`/orders/view?ticket=${encodeURIComponent(ticket)}`)
  const asked = () => t.service.seen.filter(({ url }) => url.startsWith('/internal/orders/'))

  test('shows number, state, lines, totals, shipments, refunds and history, without scripts', async () => {
    t.service.respondWith(json(order))
    const { status, text, headers } = await open(await ticketFor())
    expect(status).toBe(200)
    for (const words of [
      'CW-7QK4-XH2P',
      'Your order is on its way',
      'Mug &amp; saucer',
      '1 × cancelled',
      '2 × €14.50',
      '€29.00',
      'Shipping',
      '€4.99',
      '€33.99',
      'TR-1',
      'Refund, sent to your card',
      '€5.00',
      'Placed',
      'Paid and confirmed',
      'Shipped',
      'href="https://shop.example/"',
    ])
      expect(text).toContain(words)
    expect(text).not.toMatch(/<script|inner note|Tax<|Discount<|VAT|Go on paying/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(asked().at(-1)?.url).toBe('/internal/orders/ord_0000000001')
  })

  test('links to the carrier of a parcel whose address is known, and to nothing else', async () => {
    const [parcel] = order.shipments
    const withUrl = (trackingUrl: string) => t.service.respondWith(json({ ...order, shipments: [{ ...parcel, trackingUrl }] }))
    const ticket = await ticketFor()
    withUrl('https://post.example/track?lang=en&id=TR-1"')
    const { text } = await open(ticket)
    expect(text).toContain('<a href="https://post.example/track?lang=en&amp;id=TR-1&quot;">Track this parcel</a>')
    withUrl('javascript:alert(1)')
    expect((await open(ticket)).text).not.toMatch(/javascript:|Track this parcel/)
    t.service.respondWith(json(order))
    expect((await open(ticket)).text).not.toContain('Track this parcel')
  })

  test('names discounts and taxes, in the language of the page, and takes nothing in them as markup', async () => {
    const taxes = [{ name: 'VAT <b>', rate: 19.5, base: eur(2500), amount: eur(488) }]
    const discounts = [{ promotionId: 'prm_000001', name: 'Sale <i>', code: 'TEN', amount: eur(290) }]
    const lines = order.lines.map((line) => ({ ...line, discounts }))
    const discounted = { lines, discount: eur(290), total: eur(3109), tax: eur(488), taxes }
    t.service.respondWith(json({ ...order, ...discounted, locale: 'de' }))
    const ticket = await ticketFor()
    const german = (await open(ticket)).text.replaceAll('\u00a0', ' ')
    for (const words of ['Zwischensumme', 'Sale &lt;i&gt; (TEN)', '-2,90 €', '31,09 €', 'enthält VAT &lt;b&gt; 19,5 %', '4,88 €'])
      expect(german).toContain(words)
    t.service.respondWith(json({ ...order, ...discounted, taxIncluded: false, total: eur(3597) }))
    const english = (await open(ticket)).text
    expect(english).toMatch(/plus VAT &lt;b&gt; 19.5 %<\/td><td>€4.88[\s\S]*Total<\/td><td>€35.97/)
  })

  test('asks for the language of the address, then of the browser, then leaves it to the order', async () => {
    const ticket = encodeURIComponent(await ticketFor())
    const openIn = (query: string, accepted: string) =>
      t.anonymous.get(`/orders/view?ticket=${ticket}${query}`, { headers: { 'accept-language': accepted } })
    t.service.respondWith(json({ ...order, locale: 'de-AT' }))
    for (const [query, accepted, wanted] of [
      ['&locale=de-AT', 'en', '?locale=de-AT'],
      ['&locale=fr', 'de-AT;q=0.8, fr', '?locale=de-AT'],
      ['', '*', ''],
    ] as const) {
      const { text, headers } = await openIn(query, accepted)
      expect(asked().at(-1)?.url).toBe(`/internal/orders/ord_0000000001${wanted}`)
      expect(headers.get('content-language')).toBe('de-AT')
      expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
      expect(text).toContain('<html lang="de-AT">')
      for (const words of ['Ihre Artikel', 'Versand', 'aufgegeben am 04.03.2026, 09:30 Uhr (UTC)', 'Bezahlt und bestätigt'])
        expect(text).toContain(words)
      expect(text.replaceAll('\u00a0', ' ')).toContain('€ 33,99')
      expect(text).not.toMatch(/Shipping|Placed|Total|What happened|Back to/)
    }
  })

  test('links to the payment page while the payment is open, and only to web addresses', async () => {
    const opened = (url: string) => json({ ...order, payment: { state: 'open', url, expiresAt: at } })
    t.service.respondWith(opened('https://pay.example/s?a=1&b=2'))
    expect((await open(await ticketFor())).text).toContain('href="https://pay.example/s?a=1&amp;b=2">Go on paying')
    t.service.respondWith(opened('javascript:alert(1)'))
    expect((await open(await ticketFor())).text).not.toContain('javascript:')
  })

  test('escapes every text that the shop or the shopper wrote', async () => {
    const bad = '<img src=x onerror="alert(1)">'
    t.service.respondWith(
      json({
        ...order,
        number: bad,
        lines: [{ ...order.lines[0], name: bad }],
        shipments: [{ ...order.shipments[0], carrier: bad, trackingNumber: bad }],
        message: { mood: 'good', title: bad, text: bad },
      }),
    )
    expect((await open(await ticketFor())).text).not.toMatch(/<img|onerror="/)
  })

  test('is 404 for a ticket that is missing, changed, expired, foreign or of another kind, and no service is called', async () => {
    t.service.respondWith(json(order))
    const good = await ticketFor()
    const before = asked().length
    const expired = await ticketFor(order.id, -1)
    const foreign = await ticketFor(order.id, 90, 'another-secret-another-secret-00')
    const access = await t.token({ id: 'usr_ann00001', role: 'customer' })
    for (const ticket of ['', 'x', `${good.slice(0, -4)}AAAA`, good.slice(0, -10), `${good}.x`, expired, foreign, access]) {
      const { status, text, headers } = await open(ticket)
      expect(status).toBe(404)
      expect(text).toContain('This link opens no order')
      expect(headers.get('cache-control')).toBe('no-store')
    }
    expect((await t.anonymous.get('/orders/view')).status).toBe(404)
    expect((await t.anonymous.get(`/orders/view?ticket=${good}&ticket=${good}`)).status).toBe(404)
    expect(asked()).toHaveLength(before)
  })

  test('is 503 when the order service does not answer, and 404 when it has no such order', async () => {
    t.service.respondWith(json({ code: 'internal' }, 500))
    const away = await open(await ticketFor())
    expect(away.status).toBe(503)
    expect(away.text).toContain('cannot show your order right now')
    t.service.respondWith(json({ code: 'not_found' }, 404))
    expect((await open(await ticketFor())).status).toBe(404)
  })
})
