// "See your order" in a mail: followed from the mailbox it opens the order, and the page says what the mail says, whatever happened to the order.
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

/** A guest's order with an address of its own. */
const ordered = async (quantity = 2) => {
  next += 1
  const [guest, email] = [await shop.guest(), `link-${next}@example.net`]
  const order = await guest.placeOrder('LINK-1', quantity, { email })
  await shop.idle()
  return { guest, email, order }
}
const newestMail = (email: string) => {
  const mail = shop.mailbox.messages().find(({ To }) => To.some(({ Address }) => Address === email))
  if (mail === undefined) throw new Error(`${email} got no mail`)
  return { subject: mail.Subject, text: mail.Text, html: mail.HTML }
}
/** Follows the link of the newest mail, as a browser does. */
const follow = async (email: string) => {
  const { subject, text, html } = newestMail(email)
  const link = /^https?:\/\/\S+\/orders\/view\?ticket=\S+$/m.exec(text)?.[0] ?? ''
  expect(html).toContain(link)
  const response = await fetch(link)
  return { subject, mail: text, link, status: response.status, headers: response.headers, page: await response.text() }
}

test('a confirmed order: number, goods and total of the mail stand on the page, and it follows the order from then on', async () => {
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

test('a declined card: the mail leads on, and the order that ends unpaid says so in mail and page', async () => {
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

test('a paid order that is cancelled: the page speaks of the money as it is, before and after the refund, and of the cart', async () => {
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

test('the token of the link reads this order at the API, and no other', async () => {
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
  expect((await fetch(link.replace(/.{6}$/, 'AAAAAA'))).status).toBe(404)
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
