// Examples of the cart calls: two mugs and a bread bag, in euros and in dollars.
import type { Money } from '../common.ts'
import { eur, exampleIds } from '../examples.ts'
import type { Cart, CartLine } from './schemas.ts'

const line = (
  facts: Pick<CartLine, 'id' | 'sku' | 'name' | 'productId' | 'variantId' | 'productSlug' | 'options' | 'quantity'>,
  image: string,
  unitPrice: Money,
): CartLine => ({
  ...facts,
  imageUrl: `https://shop.example/v1/images/${image}`,
  unitPrice,
  lineTotal: { ...unitPrice, amountMinor: unitPrice.amountMinor * facts.quantity },
  discounts: [],
  taxes: [],
})
const mugs = (quantity: number, price = eur(1450)): CartLine =>
  line(
    {
      id: exampleIds.mugLine,
      sku: 'HARB-MUG-SND',
      name: 'Harbour Mug — sand',
      productId: exampleIds.mug,
      variantId: 'var_007a892ec1baa6e3c1facc44',
      productSlug: 'harbour-mug',
      options: { colour: 'sand' },
      quantity,
    },
    'harbour-mug-sand',
    price,
  )
const bag = (price = eur(1600)): CartLine =>
  line(
    {
      id: exampleIds.bagLine,
      sku: 'LINE-BREA-BAG-1',
      name: 'Linen Bread Bag — one',
      productId: exampleIds.bag,
      variantId: 'var_00b6e5de94a1f3c27d805e6a',
      productSlug: 'linen-bread-bag',
      options: { pack: 'one' },
      quantity: 1,
    },
    'linen-bread-bag',
    price,
  )

const cartOf = (version: number, lines: CartLine[], currency = 'EUR'): Cart => {
  const sum = { amountMinor: lines.reduce((total, { lineTotal }) => total + lineTotal.amountMinor, 0), currency }
  const none = { amountMinor: 0, currency }
  return {
    id: exampleIds.cart,
    version,
    currency,
    lines,
    subtotal: sum,
    shipping: none,
    tax: none,
    taxIncluded: currency !== 'USD',
    taxKnown: false,
    taxes: [],
    discount: none,
    total: sum,
    discounts: [],
    codes: [],
    destination: null,
    shippingOptionId: null,
    shippingOption: null,
    shippingOptions: [],
    problems: [],
  }
}
const usd = (amountMinor: number): Money => ({ amountMinor, currency: 'USD' })

const destination = { country: 'DE', postalCode: '28195' }
const standard = { id: 'opt_standard', name: 'Standard', price: eur(490), freeFrom: eur(6000), estimateDays: { min: 2, max: 4 } }
const express = { id: 'opt_express', name: 'Express', price: eur(1290), estimateDays: { min: 1, max: 1 } }
const shipped = (cart: Cart): Cart => ({
  ...cart,
  shipping: standard.price,
  total: eur(cart.subtotal.amountMinor + standard.price.amountMinor),
  destination,
  taxKnown: true,
  shippingOptionId: standard.id,
  shippingOption: { ...standard, discounts: [], taxes: [] },
  shippingOptions: [standard, express],
})

const autumn = { promotionId: 'prm_01m8mk6tg4x7rhqn30vwdz5s2c', name: 'Autumn sale', code: 'AUTUMN10' }
/** Ten percent of two mugs and a bag. */
const discounted = (cart: Cart): Cart => ({
  ...cart,
  lines: cart.lines.map((one) => ({ ...one, discounts: [{ ...autumn, amount: eur(one.lineTotal.amountMinor / 10) }] })),
  discount: eur(cart.subtotal.amountMinor / 10),
  discounts: [{ ...autumn, amount: eur(cart.subtotal.amountMinor / 10) }],
  codes: [{ code: autumn.code, promotionId: autumn.promotionId }],
  total: eur(cart.subtotal.amountMinor * 0.9),
})

export const cartExamples = {
  discounted: discounted(cartOf(3, [mugs(2), bag()])),
  destination,
  shipped: shipped(cartOf(3, [mugs(2), bag()])),
  lineParams: { lineId: exampleIds.mugLine },
  mugs: cartOf(1, [mugs(2)]),
  cart: cartOf(2, [mugs(2), bag()]),
  threeMugs: cartOf(3, [mugs(3), bag()]),
  bag: cartOf(3, [bag()]),
  dollars: cartOf(3, [mugs(2, usd(1595)), bag(usd(1795))], 'USD'),
  empty: cartOf(3, []),
}
