// A cart service whose catalog knows codes of three promotions.
import { catalogEvents, type InternalPromotionCode, type Promotion, type PromotionFacts } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import type { Principal } from '@cartwright/service-kit'
import { aCodePromotion, aGuest, publishProduct, startCart } from '../../fixtures.ts'

export const [ten, twenty, big] = ['prm_ten00000', 'prm_twenty00', 'prm_big00000'] as const
export const promotions = [
  aCodePromotion(ten, 10),
  aCodePromotion(twenty, 20),
  aCodePromotion(big, 50, { conditions: { minimumSubtotals: [{ amountMinor: 50_000, currency: 'EUR' }] } }),
]

export const codesIn = (cart: { codes: { code: string }[] }) => cart.codes.map(({ code }) => code)

const noFacts: PromotionFacts = { codes: [], usedUpCodes: [], usedUpPromotionIds: [], isFirstOrder: null }

/** The shopper on whose behalf a service calls. The fake does not verify the token. */
const shopperOf = (authorization: unknown): string =>
  JSON.parse(Buffer.from(String(authorization).split('.')[1] ?? '', 'base64url').toString()).onBehalfOf.id

/** @param withOrder starts a fake of order, too; else order does not answer */
export const startCodes = async ({ withOrder = false } = {}) => {
  /** Codes as catalog knows them; `isDown` while it does not answer. */
  const catalog = { known: new Map<string, InternalPromotionCode>(), isDown: false }
  /** What order answers about promotions, and what it was asked. */
  const order = { facts: noFacts, isDown: false, asked: [] as { shopper: string; codes: string[] }[] }
  const t = await startCart(
    {
      'GET /internal/promotion-codes': ({ query }) => {
        if (catalog.isDown) throw new Error('down')
        return { items: (query.codes ?? '').split(',').flatMap((code) => catalog.known.get(code) ?? []) }
      },
    },
    {},
    withOrder
      ? {
          'GET /internal/promotion-facts': ({ query, headers }) => {
            order.asked.push({ shopper: shopperOf(headers.authorization), codes: query.codes?.split(',') ?? [] })
            if (order.isDown) throw new Error('down')
            return order.facts
          },
        }
      : undefined,
  )
  const sku = await publishProduct(t)
  let version = 0
  const publishPromotions = (...all: Promotion[]) =>
    t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: { ...emptyRules, version: ++version, promotions: all } })
  const learn = (code: string, promotionId: string) => catalog.known.set(code, { code, promotionId, maxUses: null })
  const reset = async () => {
    catalog.isDown = false
    Object.assign(order, { facts: noFacts, isDown: false, asked: [] })
    catalog.known.clear()
    learn('TEN', ten)
    learn('ALSO-TEN', ten)
    learn('TWENTY', twenty)
    learn('BIG', big)
    await publishPromotions(...promotions)
  }
  /** A shopper with two things for 20 euros. */
  const aShopper = async (who: Principal = aGuest()) => {
    const client = t.as(who)
    await client.post('/v1/cart/lines', { sku, quantity: 2 })
    const enter = (code: unknown) => client.post('/v1/cart/codes', { code })
    return { who, client, enter, read: async () => (await client.get('/v1/cart')).body }
  }
  return { t, sku, catalog, order, learn, publishPromotions, reset, aShopper }
}
export type CodesUnderTest = Awaited<ReturnType<typeof startCodes>>
