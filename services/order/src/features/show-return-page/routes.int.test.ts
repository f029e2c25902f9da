// Integration tests of the return page: its two routes accept only the ticket of the order.
import { catalogEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sealKeys, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { orderService } from '../../index.ts'

const address = { name: 'Ann', line1: '1 Main Street', city: 'Vienna', postalCode: '1010', country: 'AT' }
const mug = {
  sku: 'MUG',
  variantId: 'var_000mug',
  productId: 'prd_000mug',
  productSlug: 'mug',
  productName: 'Mug',
  name: 'Mug',
  options: {},
  imageUrl: null,
  sellable: true,
  categoryIds: [],
  price: { amountMinor: 1200, currency: 'EUR' },
  available: 50,
  taxClass: 'standard',
  weightGrams: 300,
  requiresShipping: true,
}

describe('the return page', () => {
  let t: UnderTest
  let count = 0
  let order: { id: string; number: string }
  let ticket: string
  beforeAll(async () => {
    t = await startUnderTest(orderService, {
      env: { PUBLIC_URL: 'https://shop.example', SEAL_PUBLIC_JWK: (await sealKeys()).publicJwk },
      upstreams: {
        cart: {
          'GET /internal/carts/open': ({ query }) => ({
            id: `crt_${query.principalId?.slice(4)}`,
            version: 1,
            currency: 'EUR',
            lines: [{ id: 'lin_000mug', sku: 'MUG', quantity: 1 }],
          }),
        },
        catalog: { 'GET /internal/variants': () => ({ items: [mug] }) },
      },
    })
  })
  afterAll(() => t.stop())

  /** An order that waits for money, and the ticket that its return address carries. */
  const place = async (more: { locale?: string } = {}) => {
    const guest = { id: `gst_shopper${count++}`, role: 'guest' } as const
    const placed = await t.as(guest).post('/v1/checkout', {
      cartVersion: 1,
      expectedTotal: { amountMinor: 1200, currency: 'EUR' },
      email: 'ann@example.com',
      shippingAddress: address,
      ...more,
    })
    expect(placed.status).toBe(201)
    const request = (await t.published(orderEvents.stockRequested)).at(-1)
    await t.receive(catalogEvents.stockReserved, {
      orderId: placed.body.id,
      reservationId: request?.reservationId ?? '',
      heldUntil: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const payment = (await t.published(orderEvents.paymentRequested)).at(-1)
    return { order: placed.body as typeof order, successUrl: new URL(payment?.successUrl ?? ''), cancelUrl: payment?.cancelUrl }
  }
  const open = (orderId: string) =>
    t.receive(paymentEvents.sessionOpened, {
      orderId,
      paymentId: 'pay_000000',
      attempt: 1,
      url: 'https://pay.example/s',
      expiresAt: new Date(Date.now() + 1_800_000).toISOString(),
    })
  const state = (body: object) => t.anonymous.post('/v1/checkout/return/state', body)
  const cancel = (body: object) => t.anonymous.post('/v1/checkout/return/cancel', body)

  beforeEach(async () => {
    const placed = await place()
    order = placed.order
    ticket = new URLSearchParams(placed.successUrl.hash.slice(1)).get('ticket') ?? ''
  })

  test('has an address with the order in the query and the ticket in the fragment', async () => {
    const { order: another, successUrl, cancelUrl } = await place()
    expect(successUrl.origin + successUrl.pathname + successUrl.search).toBe(
      `https://shop.example/checkout/return?order=${another.id}&locale=en`,
    )
    expect(successUrl.hash).toMatch(/^#ticket=[0-9a-z]+\.[\w-]{43}$/)
    expect(cancelUrl).toBe(successUrl.href)
  })

  test('answers in the language that the page asks for, else in that of the order', async () => {
    const { order: german, successUrl } = await place({ locale: 'de-AT' })
    const body = { orderId: german.id, ticket: new URLSearchParams(successUrl.hash.slice(1)).get('ticket') }
    const titleFor = async (accepted: string) =>
      (await t.anonymous.post('/v1/checkout/return/state', body, { headers: { 'accept-language': accepted } })).body.message.title
    expect(successUrl.searchParams.get('locale')).toBe('de-AT')
    expect(await titleFor('*')).toBe('Einen Moment bitte')
    expect(await titleFor('fr-CA, fr;q=0.9')).toBe('Einen Moment bitte')
    expect(await titleFor('en-GB')).toBe('One moment')
  })

  test('shows the order number and the payment state to the ticket, and nothing else', async () => {
    expect((await state({ orderId: order.id, ticket })).body).toEqual({
      number: order.number,
      state: 'preparing',
      url: null,
      expiresAt: null,
      message: { mood: 'wait', title: 'One moment', text: 'Your payment page is being prepared.' },
    })
    await open(order.id)
    const answer = await state({ orderId: order.id, ticket })
    expect(answer.body).toEqual({
      number: order.number,
      state: 'open',
      url: 'https://pay.example/s',
      expiresAt: expect.any(String),
      message: { mood: 'wait', title: 'Not paid yet', text: expect.stringContaining('you can go on paying') },
    })
  })

  test('waits for a change and answers at once when it happens', async () => {
    const started = performance.now()
    const waiting = state({ orderId: order.id, ticket, known: 'preparing', waitSec: 20 })
    await open(order.id)
    expect((await waiting).body.state).toBe('open')
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('answers 404 to a wrong ticket, to one of another order and to an expired one', async () => {
    const { order: other } = await place()
    const answers = [
      await state({ orderId: other.id, ticket }),
      await cancel({ orderId: other.id, ticket }),
      await state({ orderId: order.id, ticket: `${ticket.slice(0, -3)}abc` }),
      await state({ orderId: 'ord_nobody00', ticket }),
    ]
    await t.clock.advance('2h')
    answers.push(await state({ orderId: order.id, ticket }), await cancel({ orderId: order.id, ticket }))
    expect(answers.map((answer) => answer.body.code)).toEqual(Array(6).fill('not_found'))
    expect((await state({ orderId: order.id })).body).toMatchObject({ code: 'validation_failed', errors: [{ path: '/ticket' }] })
    expect((await state({ orderId: order.id, ticket, more: 1 })).status).toBe(400)
    expect(
      await t.sql(`SELECT id FROM customer_order WHERE id IN ('${order.id}', '${other.id}') AND cancel_requested_at IS NOT NULL`),
    ).toEqual([])
  })

  test('cancels an unpaid order once, for any number of requests', async () => {
    await open(order.id)
    for (let turn = 0; turn < 2; turn++) {
      const answer = await cancel({ orderId: order.id, ticket })
      expect({ status: answer.status, state: answer.body.state }).toEqual({ status: 202, state: 'cancelling' })
    }
    expect((await t.published(orderEvents.paymentExpiryRequested)).filter((event) => event.orderId === order.id)).toHaveLength(1)
    await t.receive(paymentEvents.expired, {
      orderId: order.id,
      paymentId: 'pay_000000',
      amount: { amountMinor: 1200, currency: 'EUR' },
      reason: 'requested',
    })
    expect((await state({ orderId: order.id, ticket })).body.state).toBe('cancelled')
    expect((await cancel({ orderId: order.id, ticket })).status).toBe(202)
    expect((await t.published(orderEvents.cancelled)).filter((event) => event.orderId === order.id)).toHaveLength(1)
  })

  test('refuses to cancel a paid order', async () => {
    await open(order.id)
    await t.receive(paymentEvents.succeeded, {
      orderId: order.id,
      paymentId: 'pay_000000',
      amount: { amountMinor: 1200, currency: 'EUR' },
      at: new Date().toISOString(),
    })
    expect((await state({ orderId: order.id, ticket })).body.state).toBe('paid')
    expect((await cancel({ orderId: order.id, ticket })).body.code).toBe('order_state')
  })

  test('refuses the ticket as an access token', async () => {
    expect((await t.anonymous.get(`/v1/orders/${order.id}`, { headers: { authorization: `Bearer ${ticket}` } })).status).toBe(401)
  })
})
