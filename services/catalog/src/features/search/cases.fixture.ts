// Search cases for MySQL and Elasticsearch: products, and queries that must and must not find them.

import type { UnderTest } from '@cartwright/testing'
import { aProduct, unique } from '../../fixtures.ts'

export const goods = {
  tv: 'HD TV 4K',
  phone14: 'Phone 14',
  phone15: 'Phone 15',
  phone150: 'Phone 150 Case',
  matcha: '京都抹茶セット',
  cup: '红色陶瓷茶杯',
  coffee: 'กาแฟคั่วเข้ม',
  earphones: '무선이어폰',
  book: 'كِتَاب أزرق',
  cafe: 'Café Zürich Blend',
  street: 'Hauptstraße Sign',
  shirt: 'Linen T-Shirt Basic',
  tshirt: 'Tshirt Sport',
  knives: 'Steak Knives Pair',
  box: 'Walnut Gift Box',
  berries: 'Dried Berries Mix',
  vitaminA: 'Vitamin A',
  vitaminB: 'Vitamin B',
  gift: '🎁',
  signs: '+++ !!! +++',
  quoted: 'The "Best" O\'Neil (2-in-1) \\ 100% * ?',
  described: 'Plain Thing',
} as const
export type Good = keyof typeof goods

const descriptions: Partial<Record<Good, string>> = { described: 'Goes well with a zeppelin model and HD TV.' }

/** Query, what must be found, and what must not. */
export const cases: readonly (readonly [q: string, found: readonly Good[], missing: readonly Good[]])[] = [
  ['4K TV', ['tv'], ['described']],
  ['tv 4k hd', ['tv'], []],
  ['phone 15', ['phone15'], ['phone14', 'phone150']],
  ['Phone15', ['phone15'], ['phone14', 'phone150']],
  ['抹茶セット', ['matcha'], ['cup']],
  ['抹茶', ['matcha'], ['cup']],
  ['セット', ['matcha'], []],
  ['陶瓷茶杯', ['cup'], ['matcha']],
  ['杯', ['cup'], ['matcha']],
  ['คั่ว', ['coffee'], ['matcha']],
  ['이어폰', ['earphones'], ['matcha']],
  ['كتاب ازرق', ['book'], ['matcha']],
  ['cafe zurich', ['cafe'], []],
  ['CAFÉ ZU\u0308RICH', ['cafe'], []],
  ['hauptstrasse', ['street'], []],
  ['HAUPTSTRASSE', ['street'], []],
  ['t-shirt linen', ['shirt'], ['tshirt']],
  ['tshirt', ['shirt', 'tshirt'], []],
  ['T shirt', ['shirt', 'tshirt'], []],
  ['knife', ['knives'], []],
  ['steak knives', ['knives'], []],
  ['gift boxes', ['box'], []],
  ['berry', ['berries'], []],
  ['vitamin a', ['vitaminA'], ['vitaminB']],
  ['🎁', ['gift'], ['box']],
  ['+++ !!! +++', ['signs'], []],
  ['zeppelin', ['described'], ['tv']],
  ['zepp', ['described'], []],
  ['"best"', ['quoted'], []],
  ['+(best) -oneil* ~"', ['quoted'], []],
  ["o'neil", ['quoted'], []],
  ['100%', ['quoted'], ['tv']],
  ['%', [], ['quoted', 'tv']],
  ['_', [], ['quoted', 'tv']],
  ['\\', [], ['tv']],
  ["`' OR 1=1 --", [], ['tv', 'quoted']],
]

/** Makes the goods. @returns their ids, by key, and back */
export const makeGoods = async (
  t: UnderTest,
): Promise<{ idOf: Map<Good, string>; goodOf: Map<string, Good>; skuOf: Map<Good, string> }> => {
  const tail = unique().toUpperCase()
  const [idOf, goodOf, skuOf] = [new Map<Good, string>(), new Map<string, Good>(), new Map<Good, string>()]
  for (const [key, name] of Object.entries(goods) as [Good, string][]) {
    const sku = `Q${tail}-${key.toUpperCase()}`
    const product = await aProduct(t, {
      name,
      description: descriptions[key] ?? '',
      variants: [{ sku, prices: [{ amountMinor: 1000, currency: 'EUR' }] }],
    })
    idOf.set(key, product.id)
    goodOf.set(product.id, key)
    skuOf.set(key, sku)
  }
  return { idOf, goodOf, skuOf }
}
