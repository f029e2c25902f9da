// Rate limiter: counts calls per caller and class in Redis for all instances; per instance for reads and while Redis is absent or fails.
import { createCircuitBreaker } from '@cartwright/concurrency'
import { AppError, type RateClass } from '@cartwright/contracts'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Limit, rateClasses } from '../../domain/rate-classes.ts'
import type { WindowCount } from '../../integrations/redis-counter.ts'

type Check = ReturnType<FastifyInstance['createRateLimit']>

/** Milliseconds without calls to Redis after a failure: a hanging Redis would delay every write. */
const redisPauseMs = 1000
export const windowMs = 60_000

interface LimiterOptions {
  perMin: Record<RateClass, number>
  /** Counts a call for all instances; null without Redis. */
  shared: ((rateClass: RateClass, caller: string) => Promise<WindowCount>) | null
  /** Key of the caller: the principal's id, or a client address. */
  callerOf: (request: FastifyRequest, rateClass: RateClass) => string
  warn: (error: unknown) => void
  /** Called for each refused call. */
  refused: (rateClass: RateClass) => void
}

const localChecks = async (
  app: FastifyInstance,
  { perMin, callerOf }: LimiterOptions,
): Promise<Record<RateClass, (request: FastifyRequest) => Promise<WindowCount>>> => {
  const scope: { createCheck?: FastifyInstance['createRateLimit'] } = {}
  await app.register(async (inner) => {
    await inner.register(rateLimit, { global: false, cache: 20_000 })
    scope.createCheck = inner.createRateLimit
  })
  const createCheck = scope.createCheck
  if (createCheck === undefined) throw new Error('rate limiter: @fastify/rate-limit did not register createRateLimit')
  const counting = (check: Check, max: number) => async (request: FastifyRequest) => {
    const result = await check(request)
    // `isAllowed` means that the caller is on the plugin's allowlist, which is empty: the branch only narrows the type.
    if (result.isAllowed) return { current: 0, ttlMs: windowMs }
    return { current: result.isExceeded ? max + 1 : max - result.remaining, ttlMs: result.ttl }
  }
  return Object.fromEntries(
    rateClasses.map((rateClass) => [
      rateClass,
      counting(
        createCheck({
          max: perMin[rateClass],
          timeWindow: windowMs,
          keyGenerator: (request) => `${rateClass}:${callerOf(request, rateClass)}`,
        }),
        perMin[rateClass],
      ),
    ]),
  ) as Record<RateClass, (request: FastifyRequest) => Promise<WindowCount>>
}

/** @returns a check that sets the RateLimit headers and throws AppError rate_limited with the seconds to wait */
export const openLimiter = async (app: FastifyInstance, options: LimiterOptions): Promise<Limit> => {
  const { shared, perMin } = options
  const local = await localChecks(app, options)

  const breaker = createCircuitBreaker({ failureThreshold: 1, openMs: redisPauseMs })

  const count = async (request: FastifyRequest, rateClass: RateClass): Promise<WindowCount> => {
    // A round trip to Redis costs more than most reads.
    if (shared === null || rateClass === 'read' || !breaker.canCall()) return local[rateClass](request)
    try {
      const counted = await shared(rateClass, options.callerOf(request, rateClass))
      breaker.recordSuccess()
      return counted
    } catch (error) {
      breaker.recordFailure()
      options.warn(error)
      return local[rateClass](request)
    }
  }
  return async (request, reply, rateClass) => {
    const { current, ttlMs } = await count(request, rateClass)
    const max = perMin[rateClass]
    const resetSec = Math.ceil(ttlMs / 1000)
    void reply
      .header('ratelimit-limit', max)
      .header('ratelimit-remaining', Math.max(0, max - current))
      .header('ratelimit-reset', resetSec)
    if (current <= max) return
    options.refused(rateClass)
    throw new AppError('rate_limited', { retryAfterSec: resetSec })
  }
}
