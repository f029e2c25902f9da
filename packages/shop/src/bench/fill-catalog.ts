// Creates 1,000 products of 2 variants each through the admin API, once per data folder.
import { randomUUID } from 'node:crypto'
import { type UserClient, userClient } from './client.ts'

export const productCount = 1000
const writers = 8
const materials = ['oak', 'linen', 'steel', 'clay', 'wool', 'glass', 'cork', 'brass']
const things = ['lamp', 'bowl', 'chair', 'shelf', 'blanket', 'kettle', 'basket', 'clock', 'mirror', 'stool']

export const slugOf = (index: number): string => `bench-${things[index % things.length]}-${index}`
export const skuOf = (index: number, variant: 0 | 1): string => `BENCH-${index}-${variant === 0 ? 'S' : 'L'}`
/** A search word that some products have in their name. */
export const wordOf = (index: number): string => things[index % things.length] ?? ''

const productOf = (index: number) => ({
  name: `${materials[index % materials.length]} ${wordOf(index)} no. ${index}`,
  slug: slugOf(index),
  description: `A ${wordOf(index)} of ${materials[index % materials.length]}, made for the benchmark.`,
  status: 'active',
  options: [{ name: 'size', values: ['small', 'large'] }],
  variants: ([0, 1] as const).map((variant) => ({
    sku: skuOf(index, variant),
    name: variant === 0 ? 'small' : 'large',
    options: { size: variant === 0 ? 'small' : 'large' },
    prices: [{ amountMinor: 500 + ((index * 37) % 9000) + variant * 500, currency: 'EUR' }],
  })),
})

export const signIn = async (client: UserClient, email: string): Promise<string> => {
  const answer = await client.call('POST', '/v1/auth/login', { body: { email, password: 'cartwright-demo' } })
  if (answer.status !== 200) throw new Error(`signing in answered ${answer.status}: ${answer.text}`)
  return answer.json().accessToken
}

const writeOne = async (client: UserClient, token: string, index: number): Promise<void> => {
  const made = await client.call('POST', '/v1/admin/products', { token, body: productOf(index) })
  if (made.status !== 201 && made.status !== 409) throw new Error(`creating a product answered ${made.status}: ${made.text}`)
  if (made.status === 409) return
  for (const variant of [0, 1] as const) {
    const path = `/v1/admin/stock/${skuOf(index, variant)}/adjustments`
    const answer = await client.call('POST', path, { token, key: randomUUID(), body: { delta: 1_000_000, reason: 'benchmark' } })
    if (answer.status >= 300) throw new Error(`adding stock answered ${answer.status}: ${answer.text}`)
  }
}

export const fillCatalog = async (gateway: string): Promise<void> => {
  const clients = Array.from({ length: writers }, () => userClient(gateway))
  const [first] = clients
  if (!first) return
  const token = await signIn(first, 'admin@example.com')
  let next = 0
  await Promise.all(
    clients.map(async (client) => {
      while (next < productCount) await writeOne(client, token, next++)
    }),
  )
  await Promise.all(clients.map((client) => client.close()))
}
