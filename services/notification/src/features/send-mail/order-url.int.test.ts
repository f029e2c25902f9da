// Tests of the link to an order: each mail about an order has one; its token is signed at sending and stored nowhere.
import { escapeHtml, orderEvents, paymentEvents } from '@cartwright/contracts'
import { readOrderToken } from '@cartwright/service-kit'
import { describe, expect, test } from 'vitest'
import {
  alice,
  confirmed,
  declined,
  delivered,
  linesCancelled,
  orderId,
  refunded,
  refundFailed,
  shipped,
  unpaidAndCancelled,
  userId,
} from '../../fixtures.ts'
import { operators, startNotification } from '../../notification.fixture.ts'

const secret = 'development-internal-secret-for-tests'
const linkIn = (text = ''): string => /https?:\/\/\S*(?:orders|order)\S*/.exec(text)?.[0] ?? ''

const emailEvents = [
  ['order-confirmed', orderEvents.confirmed, confirmed],
  ['order-shipped', orderEvents.shipped, shipped],
  ['order-delivered', orderEvents.delivered, delivered],
  ['order-cancelled', orderEvents.cancelled, unpaidAndCancelled],
  ['order-lines-cancelled', orderEvents.linesCancelled, linesCancelled],
  ['payment-declined', paymentEvents.attemptDeclined, { ...declined, payUrl: null }],
  ['refund-succeeded', paymentEvents.refundSucceeded, refunded],
  ['refund-failed', paymentEvents.refundFailed, refundFailed],
] as const

describe('by default', () => {
  test.each(emailEvents)('%s leads to the gateway’s page with a token of this order and its owner', async (_, event, data) => {
    await using n = await startNotification()
    await n.t.receive(event, data)
    const [mail] = n.smtp.mailsTo(alice.email)
    const link = new URL(linkIn(mail?.text))
    expect(link.origin + link.pathname).toBe('https://shop.example/orders/view')
    expect(link.searchParams.get('locale')).toBe('en')
    expect(mail?.html).toContain(escapeHtml(link.href))
    const token = link.searchParams.get('ticket') ?? ''
    expect(await readOrderToken(secret, n.t.clock, token)).toEqual({ orderId, principalId: userId })
    const stored = await n.t.sql('SELECT * FROM message')
    const outbox = await n.t.sql('SELECT payload FROM outbox_event')
    expect(JSON.stringify([stored, outbox])).not.toContain(token.slice(-20))
    for (const alert of n.smtp.mailsTo(operators)) expect(alert.text).not.toContain('ticket=')
  })

  test('the link works for ninety days', async () => {
    await using n = await startNotification()
    await n.t.receive(orderEvents.confirmed, confirmed)
    const token = new URL(linkIn(n.smtp.mails[0]?.text)).searchParams.get('ticket') ?? ''
    await n.t.clock.advance('89d')
    expect(await readOrderToken(secret, n.t.clock, token)).not.toBeNull()
    await n.t.clock.advance('2d')
    expect(await readOrderToken(secret, n.t.clock, token)).toBeNull()
  })

  test('an event that names no owner has a link all the same', async () => {
    await using n = await startNotification()
    const { principalId: _, ...older } = confirmed
    await n.t.receive(orderEvents.confirmed, older)
    const token = new URL(linkIn(n.smtp.mails[0]?.text)).searchParams.get('ticket') ?? ''
    expect(await readOrderToken(secret, n.t.clock, token)).toEqual({ orderId, principalId: undefined })
  })
})

describe('SHOP_ORDER_URL', () => {
  test.each([
    ['https://my.shop/order/{ORDER_ID}#t={TOKEN}', /^https:\/\/my\.shop\/order\/ord_0000000001#t=[\w-]+\.[\w-]+\.[\w-]+$/],
    ['https://my.shop/{LOCALE}/orders/{ORDER_ID}', /^https:\/\/my\.shop\/en\/orders\/ord_0000000001$/],
    ['http://localhost:3000/orders/{ORDER_ID}', /^http:\/\/localhost:3000\/orders\/ord_0000000001$/],
    ['https://my.shop/orders?t={TOKEN}&o={ORDER_ID}', /^https:\/\/my\.shop\/orders\?t=[\w-]+\.[\w-]+\.[\w-]+&o=ord_0000000001$/],
  ])('%s leads there', async (template, expected) => {
    await using n = await startNotification({ SHOP_ORDER_URL: template })
    await n.t.receive(orderEvents.confirmed, confirmed)
    expect(linkIn(n.smtp.mails[0]?.text)).toMatch(expected)
  })

  test.each(['https://my.shop/orders', 'javascript:alert({TOKEN})', 'my.shop/{TOKEN}'])(
    '%s is refused at the start',
    async (template) => {
      await expect(startNotification({ SHOP_ORDER_URL: template })).rejects.toThrow('SHOP_ORDER_URL')
    },
  )
})
