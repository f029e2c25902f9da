// Filter cases for lists, MySQL and Elasticsearch: one single variant must meet price, stock and options.
import type { UnderTest } from '@cartwright/testing'
import { admin, aProduct, unique } from '../../fixtures.ts'

/** A word that all of them have, so that a question is about them alone. */
export interface PricedGoods {
  word: string
  idOf: Readonly<Record<PricedGood, string>>
}
type PricedGood = 'twoPrices' | 'soldOut' | 'dollars' | 'unpriced' | 'withdrawn'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })

export const makePricedGoods = async (t: UnderTest): Promise<PricedGoods> => {
  const tail = unique().toUpperCase()
  const word = `Pricy${tail.replace(/\d/g, 'Q')}`
  const options = [{ name: 'size', values: ['S', 'L'] }]
  const make = async (key: string, small: object[], large: object[], stock: { S: number; L: number }) => {
    const skus = { S: `${key}-${tail}-S`.toUpperCase(), L: `${key}-${tail}-L`.toUpperCase() }
    const variants = [
      { sku: skus.S, options: { size: 'S' }, prices: small },
      { sku: skus.L, options: { size: 'L' }, prices: large },
    ]
    const product = await aProduct(t, { name: `${word} ${key}`, options, variants } as Parameters<typeof aProduct>[1])
    for (const size of ['S', 'L'] as const) {
      if (stock[size] === 0) continue
      await t.as(admin).post(`/v1/admin/stock/${skus[size]}/adjustments`, { delta: stock[size], reason: 'delivery' })
    }
    return product
  }
  const twoPrices = await make('two', [eur(1000)], [eur(5000), usd(5500)], { S: 1, L: 1 })
  const soldOut = await make('sold', [eur(1100)], [eur(5100)], { S: 3, L: 0 })
  const dollars = await make('usd', [usd(4500)], [], { S: 1, L: 1 })
  const unpriced = await make('none', [], [], { S: 1, L: 1 })
  const withdrawn = await make('gone', [eur(1200)], [eur(5200)], { S: 1, L: 1 })
  await t.as(admin).del(`/v1/admin/variants/${withdrawn.variants[1].id}`)
  return {
    word,
    idOf: { twoPrices: twoPrices.id, soldOut: soldOut.id, dollars: dollars.id, unpriced: unpriced.id, withdrawn: withdrawn.id },
  }
}

/** Query and what it finds of the goods, in any order. */
export const priceCases: readonly (readonly [query: string, found: readonly PricedGood[]])[] = [
  ['minPrice=4000&maxPrice=6000', ['twoPrices', 'soldOut']],
  ['minPrice=2000&maxPrice=3000', []],
  ['minPrice=900&maxPrice=1050', ['twoPrices']],
  ['minPrice=5000&maxPrice=5000', ['twoPrices']],
  ['minPrice=6000&maxPrice=4000', []],
  ['minPrice=5200', []],
  ['maxPrice=999', []],
  ['minPrice=4000&maxPrice=6000&inStock=true', ['twoPrices']],
  ['minPrice=4000&maxPrice=6000&currency=USD', ['twoPrices', 'dollars']],
  ['minPrice=0&currency=CHF', []],
  ['inStock=true', ['twoPrices', 'soldOut', 'withdrawn']],
  ['inStock=false', ['dollars', 'unpriced']],
  ['inStock=true&currency=USD', ['twoPrices', 'dollars']],
  ['inStock=false&currency=JPY', ['twoPrices', 'soldOut', 'dollars', 'unpriced', 'withdrawn']],
]

/** The same with options, which only search takes. */
export const choiceCases: readonly (readonly [query: string, found: readonly PricedGood[]])[] = [
  ['option.size=L&maxPrice=2000', []],
  ['option.size=S&maxPrice=2000', ['twoPrices', 'soldOut', 'withdrawn']],
  ['option.size=L&inStock=true', ['twoPrices']],
  ['option.size=S&option.size=L&minPrice=5000', ['twoPrices', 'soldOut']],
  ['option.size=XL', []],
  ['option.constructor=S', []],
]
