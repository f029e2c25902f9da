// Order link of a mail: the page behind it shows the order, and agrees with the mail in every state of the order.
import { escapeHtml } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cards } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
let next = 0
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'LINK-1', priceMinor: 1500, stock: 100, name: 'Lamp <b> & shade' })
  await shop.idle()
})
afterAll(() => shop?.stop())

/** Places an order as a new guest with a new e-mail address. */
const ordered = async (quantity = 2, locale?: string) => {
  next += 1
  const [guest, email] = [await shop.guest(), `link-${next}@example.net`]
  const order = await guest.placeOrder('LINK-1', quantity, { email, ...(locale ? { locale } : {}) })
  await shop.idle()
  return { guest, email, order }
}
const newestMail = (email: string) => {
  const mail = shop.mailbox.messages().find(({ To }) => To.some(({ Address }) => Address === email))
  if (mail === undefined) throw new Error(`${email} got no mail`)
  return { subject: mail.Subject, text: mail.Text, html: mail.HTML }
}
/** Opens the link of the newest mail. */
const follow = async (email: string) => {
  const { subject, text, html } = newestMail(email)
  const link = /^https?:\/\/\S+\/orders\/view\?ticket=\S+$/m.exec(text)?.[0] ?? ''
  expect(html).toContain(escapeHtml(link))
  const response = await fetch(link)
  return { subject, mail: text, link, status: response.status, headers: response.headers, page: await response.text() }
}

test('the page of a confirmed order shows number, goods and total of the mail, and later the shipment and the delivery', async () => {
  const { guest, email, order } = await ordered()
  await guest.pay(order.id)
  await shop.idle()
  const { subject, mail, link, status, headers, page } = await follow(email)
  expect(subject).toContain('is confirmed')
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  for (const words of [order.number, '€30.00', '2 × €15.00']) {
    expect(mail).toContain(words)
    expect(page).toContain(words)
  }
  expect(page).toContain('getting your order ready')
  expect(page).not.toMatch(/Lamp <b>|Test Street|link-\d+@/)
  await shop.admin.ship(order.id)
  await shop.idle()
  expect(await (await fetch(link)).text()).toContain('TRACK-1')
  const shipped = await follow(email)
  expect(shipped.page).toContain('Your order is on its way')
  await shop.admin.deliver(order.id)
  await shop.idle()
  expect((await follow(email)).page).toContain('Your order has arrived')
})

test('a guest who buys in German gets German mails and a German page, with amounts in German notation', async () => {
  const { guest, email, order } = await ordered(3, 'de')
  await guest.pay(order.id)
  await shop.idle()
  await shop.admin.ship(order.id)
  await shop.idle()
  await shop.admin.deliver(order.id)
  await shop.idle()
  const mails = shop.mailbox.messages().filter(({ To }) => To.some(({ Address }) => Address === email))
  expect(mails.map(({ Subject }) => Subject).reverse()).toEqual([
    `Ihre Bestellung ${order.number} ist bestätigt`,
    `Ihre Bestellung ${order.number} ist unterwegs`,
    `Ihre Bestellung ${order.number} wurde zugestellt`,
  ])
  expect(mails.at(-1)?.Text.replaceAll('\u00a0', ' ')).toMatch(/Gesamtbetrag +45,00 €/)
  const { page } = await follow(email)
  expect(page).toContain('Ihre Bestellung ist angekommen')
  expect(page.replaceAll('\u00a0', ' ')).toContain('45,00 €')
  for (const text of [page, ...mails.map(({ Text }) => Text)]) expect(text).not.toMatch(/Your order|Total|€45/)
})

test('mail and page of an order that is cancelled unpaid say that the customer was not charged', async () => {
  const { guest, email, order } = await ordered(1)
  await guest.pay(order.id, cards.declines)
  await shop.idle()
  await guest.cancel(order.id)
  await shop.idle()
  const { subject, mail, page } = await follow(email)
  expect(subject).toContain('was cancelled')
  for (const words of [
    'You asked us to cancel it.',
    'You have not been charged.',
    'What you had chosen is in your cart again.',
  ]) {
    expect(mail).toContain(words)
    expect(page).toContain(words)
  }
  expect((await guest.cart()).lines).toMatchObject([{ sku: 'LINK-1', quantity: 1 }])
})

test('the page of a paid order that is cancelled states the refund and leaves the cart unchanged', async () => {
  const { guest, email, order } = await ordered()
  await guest.pay(order.id)
  await shop.idle()
  await guest.cancel(order.id)
  await shop.idle()
  const { subject, page } = await follow(email)
  expect(subject).toContain('was refunded')
  expect(page).toContain('We have sent €30.00 back')
  expect(page).toContain('Your cart stays as it is')
  expect((await guest.cart()).lines).toEqual([])
})

test('the token of the link reads this order at the API, and no other object', async () => {
  const { email, order, guest } = await ordered()
  const other = await ordered()
  await guest.cancel(order.id)
  await shop.idle()
  const { link } = await follow(email)
  const token = new URL(link).searchParams.get('ticket')
  const read = (path: string) => fetch(shop.url + path, { headers: { authorization: `Bearer ${token}` } })
  expect(await (await read(`/v1/orders/${order.id}`)).json()).toMatchObject({ number: order.number, status: 'cancelled' })
  for (const path of [`/v1/orders/${other.order.id}`, '/v1/orders', '/v1/cart', '/v1/me'])
    expect((await read(path)).status).toBe(401)
  expect((await fetch(link.replace(/.{6}&/, 'AAAAAA&'))).status).toBe(404)
  const [header, payload, signature] = (token ?? '').split('.')
  const forged = Buffer.from(
    Buffer.from(payload ?? '', 'base64url')
      .toString()
      .replace(order.id, other.order.id),
  ).toString('base64url')
  expect((await fetch(`${shop.url}/orders/view?ticket=${header}.${forged}.${signature}`)).status).toBe(404)
})

test('the link works for ninety days', async () => {
  const { guest, email, order } = await ordered()
  await guest.cancel(order.id)
  await shop.idle()
  const { link } = await follow(email)
  await shop.clock.advance('89d')
  expect((await fetch(link)).status).toBe(200)
  await shop.clock.advance('2d')
  expect((await fetch(link)).status).toBe(404)
})
