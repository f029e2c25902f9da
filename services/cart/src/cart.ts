// The nouns and pure rules of a cart: what lines cost now, and what stands between them and a checkout.
import {
  type Cart,
  type CartProblem,
  cartLimit,
  lineLimit,
  lineTotal,
  type Money,
  money,
  payableLimit,
  totalsOf,
} from '@cartwright/contracts'

/** What a new cart is priced in until the shopper says otherwise. */
export const defaultCurrency = 'EUR'

/** A line as it is stored. */
export interface CartLine {
  id: string
  sku: string
  quantity: number
  /** Price, in the cart's currency, that the shopper saw when she last wrote the line; null when there was none. */
  seenMinor: number | null
}

/** An open cart as it is stored. */
export interface CartState {
  id: string
  version: number
  currency: string
  lines: readonly CartLine[]
}

/** So many of a line of the customer's cart came with a merge. */
export interface TakenLine {
  lineId: string
  sku: string
  quantity: number
}

/** What the projection knows of a SKU. */
export interface Variant {
  sku: string
  productId: string
  name: string
  /** A path of ours or a whole address. */
  imageUrl: string | null
  prices: readonly Money[]
  sellable: boolean
  /** The product's version; negative when it was read from catalog before any announcement came. */
  version: number
}
export interface StockLevel {
  available: number
  version: number
}
export interface View {
  variant: Variant | null
  stock: StockLevel | null
}
export type Views = ReadonlyMap<string, View>

/** What one costs now, or null when it cannot be bought in this currency. */
export const priceOf = (view: View | undefined, currency: string): Money | null => {
  if (!view?.variant?.sellable) return null
  return view.variant.prices.find((price) => price.currency === currency) ?? null
}

/** How many there are, or null while that is not known: then nothing is said, and checkout decides. */
export const availableOf = (view: View | undefined): number | null => view?.stock?.available ?? null

/** The line as the shopper leaves it: from now on she has seen the current price. */
export const asSeen = (line: CartLine, view: View | undefined, currency: string): CartLine => ({
  ...line,
  seenMinor: priceOf(view, currency)?.amountMinor ?? null,
})

/** The cart with lines added or replaced by SKU, in the order in which they came to be. */
export const withLines = (cart: CartState, changed: readonly CartLine[]): CartState => ({
  ...cart,
  lines: [...cart.lines.filter((line) => !changed.some(({ sku }) => sku === line.sku)), ...changed].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  ),
})

const problemsOf = (line: CartLine, view: View | undefined, currency: string): CartProblem[] => {
  const about = { lineId: line.id, sku: line.sku }
  const price = priceOf(view, currency)
  if (price === null) return [{ code: 'unavailable', ...about }]
  const available = availableOf(view)
  const changed = line.seenMinor !== null && line.seenMinor !== price.amountMinor
  return [
    ...(changed
      ? [{ code: 'price_changed' as const, ...about, oldPrice: money(line.seenMinor ?? 0, currency), newPrice: price }]
      : []),
    ...(available !== null && available < line.quantity
      ? [{ code: 'out_of_stock' as const, ...about, requested: line.quantity, available: Math.max(0, available) }]
      : []),
  ]
}

const answerLine = (line: CartLine, view: View | undefined, currency: string, publicUrl: string): Cart['lines'][number] => {
  const unitPrice = priceOf(view, currency)
  const image = view?.variant?.imageUrl ?? null
  return {
    id: line.id,
    sku: line.sku,
    name: view?.variant?.name ?? line.sku,
    productId: view?.variant?.productId ?? null,
    imageUrl: image?.startsWith('/') ? publicUrl + image : image,
    quantity: line.quantity,
    unitPrice,
    lineTotal: unitPrice ? lineTotal({ unitPrice, quantity: line.quantity }) : money(0, currency),
  }
}

/** What the cart costs now, in minor units. */
export const costOf = (cart: CartState, views: Views): number =>
  cart.lines.reduce((sum, { sku, quantity }) => sum + (priceOf(views.get(sku), cart.currency)?.amountMinor ?? 0) * quantity, 0)

/** The most of a SKU that the cart takes: no more than a line, its lines and what can be paid at once allow; what it holds may stay. */
export const mostOf = (cart: CartState, views: Views, sku: string): number => {
  const held = cart.lines.find((line) => line.sku === sku)
  if (!held && cart.lines.length >= cartLimit) return 0
  const had = held?.quantity ?? 0
  const price = priceOf(views.get(sku), cart.currency)?.amountMinor ?? 0
  const further = price === 0 ? lineLimit : Math.floor((payableLimit - costOf(cart, views)) / price)
  return Math.min(lineLimit, had + Math.max(0, further))
}

/** The whole cart at current prices. Lines that cannot be bought count zero. Prices are what shoppers pay, tax included. */
export const priceCart = (cart: CartState, views: Views, publicUrl: string): Cart => {
  const { id, version, currency } = cart
  const lines = cart.lines.map((line) => answerLine(line, views.get(line.sku), currency, publicUrl))
  const priced = lines.flatMap(({ unitPrice, quantity }) => (unitPrice ? [{ unitPrice, quantity }] : []))
  const problems = cart.lines.flatMap((line) => problemsOf(line, views.get(line.sku), currency))
  return { id, version, currency, lines, ...totalsOf(currency, priced), taxIncluded: true, problems }
}
