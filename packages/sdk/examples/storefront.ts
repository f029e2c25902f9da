// What a storefront does with the SDK: browse, fill a cart, check out, and follow the order.
import { type Cart, type Client, createClient, isApiError, type Order, type WebStorage, webStorageTokens } from '@cartwright/sdk'

// region: client
/** @param storage `localStorage`, which all tabs share */
export const openShop = (baseUrl: string, storage: WebStorage): Client =>
  createClient({ baseUrl, locale: 'de', currency: 'EUR', tokens: webStorageTokens(storage) })
// endregion

// region: browse
export const browse = async (shop: Client, category: string): Promise<string[]> => {
  const names: string[] = []
  for await (const product of shop.products.list({ category, sort: '-createdAt' })) names.push(product.name)
  return names
}
// endregion

// region: cart
export const fillCart = async (shop: Client, sku: string): Promise<Cart> => {
  await shop.cart.add({ sku, quantity: 2 })
  const { shippingOptions } = await shop.cart.setShipping({ country: 'DE' })
  const shippingOptionId = shippingOptions[0]?.id
  return shippingOptionId === undefined ? shop.cart.get() : shop.cart.setShipping({ country: 'DE', shippingOptionId })
}
// endregion

// region: errors
export const enterCode = async (shop: Client, code: string): Promise<string> => {
  try {
    const cart = await shop.cart.addCode(code)
    return `saves ${cart.discount.amountMinor / 100} ${cart.currency}`
  } catch (error) {
    if (isApiError(error, 'code_not_applicable')) return `not for this cart: ${error.details.reason}`
    if (isApiError(error)) return error.fields['/code'] ?? error.message
    throw error
  }
}
// endregion

// region: checkout
export const checkOut = async (
  shop: Client,
  cart: Cart,
  email: string,
  name: string,
): Promise<{ order: Order; url: string | null }> => {
  const shippingAddress = { name, line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }
  const order = await shop.checkout.place({ cart, email, shippingAddress })
  const { url } = await shop.orders.waitForPayment(order.id, { until: 'open' })
  return { order, url }
}
// endregion

// region: follow
export const follow = async (
  shop: Client,
  orderId: string,
  show: (status: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  for await (const event of shop.orders.events(orderId, { signal }))
    if (event.type === 'order') show(event.data.status)
    else show(`payment ${event.data.state}`)
}
// endregion
