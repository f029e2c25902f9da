// What order knows about promotions: uses that are left, and first orders. Cart prices without it while order does not answer.
import { createCircuitBreaker } from '@cartwright/concurrency'
import { orderApi, type PromotionFacts } from '@cartwright/contracts'
import type { BaseDeps, Principal } from '@cartwright/service-kit'
import type { config } from '../config.ts'

/** What order answered about a shopper and some codes. */
export interface KnownPromotions extends PromotionFacts {
  /** The codes that were asked for: those of them that the answer does not hold are unknown. */
  asked: readonly string[]
}

export interface PromotionFactsClient {
  /** @param codes in their normal form @returns null while order does not answer */
  read(principal: Principal, codes: readonly string[]): Promise<KnownPromotions | null>
}

const failureThreshold = 3
const openMs = 1000
/** A cart without these facts is better than a slow one. */
const deadlineMs = 1000

export const createPromotionFactsClient = ({
  services,
  log,
}: Pick<BaseDeps<typeof config>, 'services' | 'log'>): PromotionFactsClient => {
  const breaker = createCircuitBreaker({ failureThreshold, openMs })
  return {
    read: async (principal, codes) => {
      if (!breaker.canCall()) return null
      const query = codes.length === 0 ? {} : { codes: codes.join(',') }
      try {
        const facts = await services.order.read(orderApi.internalPromotionFacts, { query }, { onBehalfOf: principal, deadlineMs })
        breaker.recordSuccess()
        return facts && { ...facts, asked: codes }
      } catch (error) {
        breaker.recordFailure()
        log.warn({ err: error }, 'promotion facts: order does not answer, carts show promotions that may be used up; check order')
        return null
      }
    },
  }
}
