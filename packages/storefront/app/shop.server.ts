// What every page shows of the shop and seldom changes: its name, currencies, countries and categories, kept for half a minute.
import type { CategoryNode, Client, Shop } from '@cartwright/sdk'
import type { Locale } from './locales.ts'

/** The tree of categories as the menu needs it. */
export interface MenuEntry {
  slug: string
  name: string
  productCount: number
  children: MenuEntry[]
}

interface Known {
  shop: Shop
  menu: MenuEntry[]
}

const keptMs = 30_000
const known = new Map<Locale, { value: Promise<Known>; untilMs: number }>()

const entryOf = ({ slug, name, productCount, children }: CategoryNode): MenuEntry => ({
  slug,
  name,
  productCount,
  children: (children as object[] as CategoryNode[]).map(entryOf),
})

const read = async (client: Client): Promise<Known> => {
  const [shop, categories] = await Promise.all([client.shop.get(), client.categories.list()])
  return { shop, menu: categories.items.map(entryOf).filter(({ productCount }) => productCount > 0) }
}

/** @throws what the SDK throws when the shop cannot be reached; the next call tries again */
export const shopFor = (client: Client, locale: Locale): Promise<Known> => {
  const kept = known.get(locale)
  if (kept && kept.untilMs > Date.now()) return kept.value
  const value = read(client)
  known.set(locale, { value, untilMs: Date.now() + keptMs })
  value.catch(() => known.delete(locale))
  return value
}
