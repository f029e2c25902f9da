// Entries of Redis about carts, prices and stock levels, each with the row of MySQL that it was copied from.
import { Redis } from 'ioredis'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { CachedCopy } from './copies.ts'

const kinds = ['open', 'variant', 'stock'] as const
type Kind = (typeof kinds)[number]
const labels: Readonly<Record<Kind, string>> = { open: 'the cart of', variant: 'the variant', stock: 'the stock of' }

interface Held {
  kind: Kind
  name: string
  rank: number
  value: unknown
  expiresMs: number
}

const parse = (key: string, held: string, expiresMs: number): Held[] => {
  const [, kind, ...name] = key.split(':')
  const known = kinds.find((each) => each === kind)
  const space = held.indexOf(' ')
  return known
    ? [
        {
          kind: known,
          name: name.join(':'),
          rank: Number(held.slice(0, space)),
          value: JSON.parse(held.slice(space + 1)),
          expiresMs,
        },
      ]
    : []
}

const heldIn = async (url: string): Promise<Held[]> => {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3, connectTimeout: 3000 })
  try {
    await redis.connect()
    const keys = await redis.keys('cart:*')
    const found: Held[] = []
    for (const key of keys) {
      const [held, expiresMs] = [await redis.get(key), await redis.pttl(key)]
      if (held !== null) found.push(...parse(key, held, expiresMs))
    }
    return found
  } finally {
    redis.disconnect()
  }
}

interface Original {
  version: number
  text: string
}

interface CartRow {
  owner: string
  id: string
  version: number
  currency: string
  sku: string | null
  quantity: number | null
}
interface CopiedCart {
  id: string
  currency: string
  lines: { sku: string; quantity: number }[]
}
interface CopiedVariant {
  productId: string
  sellable: boolean
  prices: { amountMinor: number; currency: string }[]
}

const cartText = ({ id, currency, lines }: CopiedCart): string =>
  `${id} in ${currency}: ${lines
    .map(({ sku, quantity }) => `${quantity} × ${sku}`)
    .toSorted()
    .join(', ')}`
const variantText = ({ productId, sellable, prices }: CopiedVariant): string =>
  `${productId}, ${sellable ? 'for sale' : 'not for sale'}: ${prices
    .map(({ amountMinor, currency }) => `${amountMinor} ${currency}`)
    .toSorted()
    .join(', ')}`

/** Only cart's cache writes these keys, so the value has the shape that cart writes. */
const textOf = ({ kind, value }: Held): string | null => {
  if (value === null) return null
  if (kind === 'open') return cartText(value as CopiedCart)
  return kind === 'variant' ? variantText(value as CopiedVariant) : String((value as { available: number }).available)
}

const originalsIn = async ({ query, table }: ShopUnderTest): Promise<Record<Kind, Map<string, Original>>> => {
  const carts = await query<CartRow>(
    `SELECT c.open_for AS owner, c.id, c.version, c.currency, l.sku, l.quantity FROM ${table('cart', 'cart')} c
     LEFT JOIN ${table('cart', 'cart_line')} l ON l.cart_id = c.id WHERE c.open_for IS NOT NULL`,
  )
  const variants = await query<{ sku: string; product_id: string; prices: string; sellable: number; version: number }>(
    `SELECT sku, product_id, prices, sellable, version FROM ${table('cart', 'variant')}`,
  )
  const stock = await query<{ sku: string; available: number; version: number }>(
    `SELECT sku, available, version FROM ${table('cart', 'stock')}`,
  )
  const open = [...Map.groupBy(carts, ({ owner }) => owner)].flatMap(([owner, rows]): [string, Original][] => {
    const lines = rows.flatMap(({ sku, quantity }) => (sku === null ? [] : [{ sku, quantity: quantity ?? 0 }]))
    return rows.slice(0, 1).map(({ id, version, currency }) => [owner, { version, text: cartText({ id, currency, lines }) }])
  })
  return {
    open: new Map(open),
    variant: new Map(
      variants.map(({ sku, product_id: productId, prices, sellable, version }) => [
        sku,
        {
          version,
          text: variantText({ productId, sellable: Boolean(sellable), prices: JSON.parse(prices) as CopiedVariant['prices'] }),
        },
      ]),
    ),
    stock: new Map(stock.map(({ sku, available, version }) => [sku, { version, text: String(available) }])),
  }
}

/** Reads Redis before MySQL: cart writes Redis after the commit, so MySQL is never behind. */
export const cachedCopies = async (shop: ShopUnderTest): Promise<CachedCopy[]> => {
  const held = await heldIn(shop.engines.redis.url)
  const originals = await originalsIn(shop)
  return held.map((copy) => ({
    of: `${labels[copy.kind]} ${copy.name}`,
    // A cart has two ranks per version: open and closed.
    version: copy.kind === 'open' ? Math.floor(copy.rank / 2) : copy.rank,
    text: textOf(copy),
    expiresMs: copy.expiresMs,
    original: originals[copy.kind].get(copy.name) ?? null,
    closable: copy.kind === 'open',
  }))
}
