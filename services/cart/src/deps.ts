// Dependencies of cart's handlers.
import { type BaseDeps, forService, openTaxProvider, redisTls, type TaxProvider } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { type CurrentPriceRules, createCurrentPriceRules } from './domain/price-rules.ts'
import { createPromotionFactsClient, type PromotionFactsClient } from './domain/promotion-facts.ts'
import { type CartCache, openCache } from './integrations/cart-cache.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface CartResources {
  /** Cache of reads in Redis; bypassed when Redis is not configured or down. */
  cache: CartCache
  priceRules: CurrentPriceRules
  /** Says the tax rates of a destination. */
  taxProvider: TaxProvider
  /** Asks order which promotions are used up. */
  promotionFacts: PromotionFactsClient
  activeCarts: OpenedMetrics<typeof ownMetrics>['active']
}
export type CartDeps = BaseDeps<typeof config> & CartResources

export const { route, on, scheduled, measurement, invariant } = forService<CartDeps>()

/** Opens the resources that cart needs beyond those of service-kit. */
export const openDeps = async ({
  shared,
  config: values,
  db,
  clock,
  log,
  metrics,
  services,
}: BaseDeps<typeof config>): Promise<CartResources> => {
  const { reads, active } = metrics.open(ownMetrics)
  return {
    activeCarts: active,
    priceRules: createCurrentPriceRules(db, clock),
    taxProvider: openTaxProvider(values, log),
    promotionFacts: createPromotionFactsClient({ services, log }),
    cache: openCache({
      url: shared.redisUrl,
      tls: redisTls(shared),
      ttlSec: values.cacheTtlSec,
      log,
      count: (outcome) => reads.inc({ cache: 'cart', outcome }),
    }),
  }
}

export const closeDeps = async ({ cache }: CartResources): Promise<void> => cache.close()
