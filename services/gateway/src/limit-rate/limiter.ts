// Rate limiter: counts calls per caller and class, for all instances in Redis, per instance when Redis is absent or fails. Reads always count per instance.
import { AppError, type RateClass } from '@cartwright/contracts'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { rateClasses } from './rates.ts'
import type { Counted } from './shared-counter.ts'

export type Limit = (request: FastifyRequest, reply: FastifyReply, rateClass: RateClass) => Promise<void>
type Check = ReturnType<FastifyInstance['createRateLimit']>

/** Milliseconds for which Redis is left alone after it failed: a hanging one would hold up every write. */
const pauseMs = 1000
export const windowMs = 60_000

export interface LimiterOptions {
  perMin: Record<RateClass, number>
  /** Counts for all instances; null without Redis. */
  shared: ((rateClass: RateClass, caller: string) => Promise<Counted>) | null
  /** Whom to count: the principal, or the address of somebody unknown. */
  callerOf: (request: FastifyRequest) => string
  warn: (error: unknown) => void
}

const localChecks = async (
  app: FastifyInstance,
  { perMin, callerOf }: LimiterOptions,
): Promise<Record<RateClass, (request: FastifyRequest) => Promise<Counted>>> => {
  const scope: { make?: FastifyInstance['createRateLimit'] } = {}
  await app.register(async (inner) => {
    await inner.register(rateLimit, { global: false, cache: 20_000 })
    scope.make = inner.createRateLimit
  })
  const make = scope.make
  if (make === undefined) throw new Error('the limiter was not registered')
  const counting = (check: Check, max: number) => async (request: FastifyRequest) => {
    const verdict = await check(request)
    // Nobody is on a list of callers that are let through uncounted.
    if (verdict.isAllowed) return { current: 0, ttlMs: windowMs }
    return { current: verdict.isExceeded ? max + 1 : max - verdict.remaining, ttlMs: verdict.ttl }
  }
  return Object.fromEntries(
    rateClasses.map((rateClass) => [
      rateClass,
      counting(
        make({
          max: perMin[rateClass],
          timeWindow: windowMs,
          keyGenerator: (request) => `${rateClass}:${callerOf(request)}`,
        }),
        perMin[rateClass],
      ),
    ]),
  ) as Record<RateClass, (request: FastifyRequest) => Promise<Counted>>
}

/** @returns a check that sets the RateLimit headers and throws AppError rate_limited with the seconds to wait */
export const openLimiter = async (app: FastifyInstance, options: LimiterOptions): Promise<Limit> => {
  const { shared, perMin } = options
  const local = await localChecks(app, options)

  let pausedUntilMs = 0

  const count = async (request: FastifyRequest, rateClass: RateClass): Promise<Counted> => {
    // A round trip to Redis would cost more than most reads.
    if (shared === null || rateClass === 'read' || performance.now() < pausedUntilMs) return local[rateClass](request)
    try {
      return await shared(rateClass, options.callerOf(request))
    } catch (error) {
      pausedUntilMs = performance.now() + pauseMs
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
    if (current > max) throw new AppError('rate_limited', undefined, {}, resetSec)
  }
}
