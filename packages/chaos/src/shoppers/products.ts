// Products with stock for one run, created by the operator.
import type { Product } from '@cartwright/contracts'
import type { SimulatedUser } from './simulated-user.ts'

export interface StockedProduct {
  sku: string
  stock: number
  priceMinor?: number
}

const assertSucceeded = (answer: { kind: string; status?: number }, what: string): void => {
  if (answer.kind !== 'answer' || (answer.status ?? 500) > 299)
    throw new Error(`${what} failed: ${JSON.stringify(answer).slice(0, 300)}`)
}

/** Creates one product per SKU and adds its stock. @returns the SKUs */
export const createStockedProducts = async (admin: SimulatedUser, products: readonly StockedProduct[]): Promise<string[]> => {
  for (const { sku, stock, priceMinor = 1500 } of products) {
    const body = {
      name: `Thing ${sku}`,
      slug: `thing-${sku.toLowerCase()}`,
      description: 'Made for a run',
      status: 'active',
      variants: [{ sku, name: 'Standard', options: {}, prices: [{ amountMinor: priceMinor, currency: 'EUR' }] }],
    }
    const made = await admin.callWithRetry<Product>('POST', '/v1/admin/products', { body, action: `make ${sku}` })
    // The request has no key: after a lost answer, `slug_taken` shows that the product was created.
    if (made.kind !== 'answer' || made.code !== 'slug_taken') assertSucceeded(made, `making ${sku}`)
    const adjustment = {
      body: { delta: stock, reason: 'first delivery' },
      key: `stock-${sku}`,
      action: `stock ${stock} of ${sku}`,
    }
    if (stock > 0)
      assertSucceeded(await admin.callWithRetry('POST', `/v1/admin/stock/${sku}/adjustments`, adjustment), `stocking ${sku}`)
  }
  return products.map(({ sku }) => sku)
}
