// Price rules of the shop under test: shipping, taxes and an automatic promotion for every run, and promotions by code for runs that ask for them.
import { randomUUID } from 'node:crypto'
import type { AdminPromotionCode, NewPromotion, Promotion, ShippingZone, ShippingZones, TaxRates } from '@cartwright/contracts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { waitUntil } from '../wait.ts'
import type { Answer } from './client.ts'
import type { SimulatedUser } from './simulated-user.ts'

const requireBody = <T>(answer: Answer<T>, what: string): T => {
  if (answer.kind === 'answer' && answer.status < 300) return answer.body
  throw new Error(`${what} failed: ${JSON.stringify(answer).slice(0, 300)}`)
}

const taxRates = {
  items: [
    { name: 'MwSt.', country: 'DE', taxClass: 'standard', rate: 19 },
    { name: 'USt.', country: 'AT', taxClass: 'standard', rate: 20 },
  ],
  taxExcluded: [],
}

const zone = (name: string, country: string, standardMinor: number): ShippingZone => ({
  id: `zon_chaos${name}`,
  name,
  countries: [{ code: country }],
  options: [
    { name: 'standard', amountMinor: standardMinor },
    { name: 'express', amountMinor: standardMinor + 800 },
  ].map((option) => ({
    id: `opt_chaos${name}${option.name}`,
    name: option.name,
    kind: 'flat',
    rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor: option.amountMinor }] }],
    estimateDays: { min: 1, max: 3 },
  })),
})
const zones = { items: [zone('home', 'DE', 490), zone('abroad', 'AT', 990)] }

/** Ten percent off goods of 30.00 and more. */
const automatic = {
  name: 'Ten percent for every run',
  trigger: 'automatic',
  effect: { kind: 'percent', percent: 10 },
  conditions: { minimumSubtotals: [{ amountMinor: 3000, currency: 'EUR' }] },
} as const satisfies NewPromotion

/** Waits until cart and order price by the newest rules. @throws Error when they do not within a minute */
const waitForProjections = async ({ query, table }: ShopUnderTest): Promise<void> => {
  const newest = `SELECT version FROM ${table('catalog', 'price_rules')}`
  const behind = (['cart', 'order'] as const).map(
    (owner) => `(SELECT COALESCE(MAX(version), 0) FROM ${table(owner, 'price_rules')})`,
  )
  const areCurrent = async () => {
    const [row] = await query<{ current: number }>(`SELECT LEAST(${behind.join(', ')}) >= (${newest}) AS current`)
    return row?.current === 1
  }
  if (!(await waitUntil(areCurrent, 60, 200))) throw new Error('cart and order do not know the newest price rules after a minute')
}

const createPromotion = async (admin: SimulatedUser, promotion: NewPromotion): Promise<Promotion> =>
  requireBody(
    await admin.callWithRetry<Promotion>('POST', '/v1/admin/promotions', { body: promotion, action: 'make a promotion' }),
    `making the promotion ${promotion.name}`,
  )

/** Sets the rules that every run is priced by, once per shop. */
export const setPriceRules = async (shop: ShopUnderTest, admin: SimulatedUser): Promise<void> => {
  const listed = await admin.callWithRetry<{ items: Promotion[] }>('GET', '/v1/admin/promotions?limit=100', { quiet: true })
  if (requireBody(listed, 'listing promotions').items.some(({ name }) => name === automatic.name)) return
  const rates = await admin.callWithRetry<TaxRates>('PUT', '/v1/admin/tax-rates', { body: taxRates, action: 'set taxes' })
  requireBody(rates, 'setting tax rates')
  const shipping = await admin.callWithRetry<ShippingZones>('PUT', '/v1/admin/shipping-zones', {
    body: zones,
    action: 'set zones',
  })
  requireBody(shipping, 'setting shipping zones')
  await createPromotion(admin, automatic)
  await waitForProjections(shop)
}

export interface CodePromotion extends Pick<NewPromotion, 'effect' | 'limits'> {
  name: string
  /** Codes with a name; `maxUses` of each. */
  named?: { codes: string[]; maxUses?: number }
  /** How many single-use codes the shop draws. */
  drawn?: number
}

/** Creates a promotion by code. @returns its codes */
export const createCodePromotion = async (
  shop: ShopUnderTest,
  admin: SimulatedUser,
  wanted: CodePromotion,
): Promise<string[]> => {
  const { named, drawn, ...promotion } = wanted
  const { id } = await createPromotion(admin, { ...promotion, trigger: 'code' })
  const body = named ?? { count: drawn ?? 1 }
  const path = `/v1/admin/promotions/${id}/codes`
  const made = await admin.callWithRetry<{ items: AdminPromotionCode[] }>('POST', path, {
    key: randomUUID(),
    body,
    action: 'make codes',
  })
  await waitForProjections(shop)
  return requireBody(made, `making codes of ${wanted.name}`).items.map(({ code }) => code)
}
