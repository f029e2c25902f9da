// Operator for tests: uses the gateway to create products, read stock, ship, deliver, cancel and refund.
import type { Order } from '@cartwright/contracts'
import type { TestClient, TestResponse } from '@cartwright/testing'
import { signedIn } from './shopper.ts'

export interface NewGoods {
  sku: string
  priceMinor?: number
  stock: number
  currency?: string
  name?: string
}

export interface StockLevel {
  onHand: number
  reserved: number
  available: number
}

export interface Operator {
  client: TestClient
  /** Creates a product with one variant and stock. @returns its id */
  stockUp(goods: NewGoods): Promise<string>
  stockOf(sku: string): Promise<StockLevel>
  order(orderId: string): Promise<Order>
  ship(orderId: string): Promise<TestResponse>
  deliver(orderId: string): Promise<TestResponse>
  cancel(orderId: string, restock?: boolean): Promise<TestResponse>
  refund(orderId: string, amount?: { amountMinor: number; currency: string }): Promise<TestResponse>
}

const ok = (response: TestResponse, what: string): TestResponse => {
  if (response.status >= 300) throw new Error(`${what} answered ${response.status}: ${response.text}`)
  return response
}

export const operator = async (gatewayUrl: string, now?: () => Date): Promise<Operator> => {
  const { client } = await signedIn(gatewayUrl, 'admin@example.com', 'cartwright-demo', now)
  return {
    client,
    stockUp: async ({ sku, priceMinor = 1500, stock, currency = 'EUR', name = `Thing ${sku}` }) => {
      const body = {
        name,
        slug: `thing-${sku.toLowerCase()}`,
        description: 'Made for a test',
        status: 'active',
        variants: [{ sku, name: 'Standard', options: {}, prices: [{ amountMinor: priceMinor, currency }] }],
      }
      const { body: product } = ok(await client.post('/v1/admin/products', body), 'creating a product')
      if (stock > 0)
        ok(await client.post(`/v1/admin/stock/${sku}/adjustments`, { delta: stock, reason: 'first delivery' }), 'adding stock')
      return product.id
    },
    stockOf: async (sku) => {
      const { onHand, reserved, available } = ok(await client.get(`/v1/admin/stock/${sku}`), 'reading stock').body
      return { onHand, reserved, available }
    },
    order: async (orderId) => ok(await client.get(`/v1/admin/orders/${orderId}`), 'reading an order').body,
    ship: (orderId) => client.post(`/v1/admin/orders/${orderId}/ship`, { carrier: 'DHL', trackingNumber: 'TRACK-1' }),
    deliver: (orderId) => client.post(`/v1/admin/orders/${orderId}/deliver`, {}),
    cancel: (orderId, restock = true) => client.post(`/v1/admin/orders/${orderId}/cancel`, { reason: 'found damaged', restock }),
    refund: (orderId, amount) =>
      client.post(`/v1/admin/orders/${orderId}/refunds`, { reason: 'goodwill', ...(amount ? { amount } : {}) }),
  }
}
