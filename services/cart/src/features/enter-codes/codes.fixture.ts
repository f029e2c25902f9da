// A cart service whose catalog knows codes of three promotions.
import { catalogEvents, type InternalPromotionCode, type Promotion } from '@cartwright/contracts'
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

export const startCodes = async () => {
  /** Codes as catalog knows them; `isDown` while it does not answer. */
  const catalog = { known: new Map<string, InternalPromotionCode>(), isDown: false }
  const t = await startCart({
    'GET /internal/promotion-codes': ({ query }) => {
      if (catalog.isDown) throw new Error('down')
      return { items: (query.codes ?? '').split(',').flatMap((code) => catalog.known.get(code) ?? []) }
    },
  })
  const sku = await publishProduct(t)
  let version = 0
  const publishPromotions = (...all: Promotion[]) =>
    t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: { ...emptyRules, version: ++version, promotions: all } })
  const learn = (code: string, promotionId: string) => catalog.known.set(code, { code, promotionId, maxUses: null })
  const reset = async () => {
    catalog.isDown = false
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
  return { t, sku, catalog, learn, publishPromotions, reset, aShopper }
}
export type CodesUnderTest = Awaited<ReturnType<typeof startCodes>>
