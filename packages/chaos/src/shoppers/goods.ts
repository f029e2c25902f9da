// Goods of a run's own: products with stock, made by the operator.
import type { Product } from '@cartwright/contracts'
import type { Person } from './person.ts'

export interface Goods {
  sku: string
  stock: number
  priceMinor?: number
}

const ok = (answer: { kind: string; status?: number }, what: string): void => {
  if (answer.kind !== 'answer' || (answer.status ?? 500) > 299)
    throw new Error(`${what} did not work: ${JSON.stringify(answer).slice(0, 300)}`)
}

/** Makes a product per SKU and stocks it up. @returns the SKUs */
export const stockUp = async (admin: Person, goods: readonly Goods[]): Promise<string[]> => {
  for (const { sku, stock, priceMinor = 1500 } of goods) {
    const body = {
      name: `Thing ${sku}`,
      slug: `thing-${sku.toLowerCase()}`,
      description: 'Made for a run',
      status: 'active',
      variants: [{ sku, name: 'Standard', options: {}, prices: [{ amountMinor: priceMinor, currency: 'EUR' }] }],
    }
    const made = await admin.insist<Product>('POST', '/v1/admin/products', { body, action: `make ${sku}` })
    // No key goes with it: when the first answer was lost, the second says that this run's own slug is taken, so it was made.
    if (made.kind !== 'answer' || made.code !== 'slug_taken') ok(made, `making ${sku}`)
    const adjustment = {
      body: { delta: stock, reason: 'first delivery' },
      key: `stock-${sku}`,
      action: `stock ${stock} of ${sku}`,
    }
    if (stock > 0) ok(await admin.insist('POST', `/v1/admin/stock/${sku}/adjustments`, adjustment), `stocking ${sku}`)
  }
  return goods.map(({ sku }) => sku)
}
