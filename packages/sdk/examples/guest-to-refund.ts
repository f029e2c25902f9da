// A guest buys and pays, the shop ships, the goods come back, and so does the money: all by the SDK.
import { createClient, isApiError, type Order } from '@cartwright/sdk'
import { createAdminClient } from '@cartwright/sdk/admin'

const shippingAddress = { name: 'Gia Guest', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }

/** @param pay opens the payment page; in a browser: `location.assign(url)` */
export const guestToRefund = async (baseUrl: string, pay: (url: string) => Promise<void>): Promise<Order> => {
  const shop = createClient({ baseUrl, locale: 'en', currency: 'EUR' })
  for await (const product of shop.products.list({ inStock: true, sort: 'price' })) {
    const { variants } = await shop.products.get(product.slug)
    const sku = variants.find(({ available }) => available > 0)?.sku
    if (sku !== undefined) await shop.cart.add({ sku, quantity: 1 })
    break
  }

  const { country, postalCode } = shippingAddress
  let cart = await shop.cart.setShipping({ country, postalCode })
  const shippingOptionId = cart.shippingOptions[0]?.id
  if (shippingOptionId !== undefined) cart = await shop.cart.setShipping({ country, postalCode, shippingOptionId })

  const order = await shop.checkout.place({ cart, email: 'gia@example.net', shippingAddress }).catch((error: unknown) => {
    if (isApiError(error, 'out_of_stock')) console.log('too few of', error.details.shortages)
    throw error
  })
  const { url } = await shop.orders.waitForPayment(order.id, { until: 'open' })
  if (url === null) throw new Error('the order cannot be paid')
  await pay(url)
  const payment = await shop.orders.waitForPayment(order.id)
  if (payment.state !== 'paid') throw new Error(`the payment is ${payment.state}`)
  await shop.orders.get(order.id, { waitSec: 20, known: 'pending' })

  const admin = createAdminClient({ baseUrl })
  await admin.auth.login({ email: 'admin@example.com', password: 'cartwright-demo' })
  await admin.orders.ship(order.id, { carrier: 'DHL', trackingNumber: 'JJD000390007882823' })
  await admin.orders.deliver(order.id)

  const [line] = order.lines
  if (line === undefined) throw new Error('the order is empty')
  const goods = { lineId: line.id, quantity: line.quantity }
  const back = await shop.returns.request(order.id, { lines: [{ ...goods, reason: 'damaged' }] })
  await admin.returns.approve(back.id)
  await admin.returns.receive(back.id, { lines: [{ ...goods, restock: false }] })
  await admin.returns.refund(back.id, {})

  for await (const event of shop.orders.events(order.id))
    if (event.type === 'order' && event.data.refunds.some(({ state }) => state === 'succeeded')) return event.data
  throw new Error('the events of an order end with the loop only')
}
