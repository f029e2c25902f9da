// Buyer's choice of shipping: names the address as destination and takes the cheapest option, when the cart asks for it.
import type { Cart, Destination } from '@cartwright/contracts'

/** What a buyer needs to read of a cart. */
export type BuyableCart = Pick<Cart, 'problems' | 'shippingOptions'>

/**
 * @param put sends `PUT /v1/cart/shipping` and returns the cart of the answer; null when there was none
 * @returns the cart to check out; the given one when nothing has to be shipped or the shop does not charge shipping
 */
export const chooseShipping = async <C extends BuyableCart>(
  cart: C,
  { country, region, postalCode }: Destination,
  put: (path: string, body: object) => Promise<C | null>,
): Promise<C> => {
  const mustChoose = ({ problems }: BuyableCart) => problems.some(({ code }) => code === 'shipping_required')
  if (!mustChoose(cart)) return cart
  const destination = { country, ...(region === undefined ? {} : { region }), postalCode }
  const placed = (await put('/v1/cart/shipping', destination)) ?? cart
  const [cheapest] = placed.shippingOptions
  if (!mustChoose(placed) || cheapest === undefined) return placed
  return (await put('/v1/cart/shipping', { ...destination, shippingOptionId: cheapest.id })) ?? placed
}
