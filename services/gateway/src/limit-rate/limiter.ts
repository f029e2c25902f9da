// Counts calls per caller and class: for all instances in Redis, per instance when Redis is absent or fails. Reads always count per instance.
import { AppError, type RateClass } from '@cartwright/contracts'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { rateClasses } from './rates.ts'

type Check = ReturnType<FastifyInstance['createRateLimit']>
export type Limit = (request: FastifyRequest, reply: FastifyReply, rateClass: RateClass) => Promise<void>

/** Milliseconds for which Redis is left alone after it failed: a hanging one would hold up every write. */
const pauseMs = 1000

export interface LimiterOptions {
  perMin: Record<RateClass, number>
  redis: Redis | null
  /** Whom to count: the principal, or the address of somebody unknown. */
  callerOf: (request: FastifyRequest) => string
  warn: (error: unknown) => void
}

const checksIn = async (
  app: FastifyInstance,
  { perMin, callerOf }: LimiterOptions,
  redis: Redis | null,
): Promise<Record<RateClass, Check>> => {
  const scope: { make?: FastifyInstance['createRateLimit'] } = {}
  await app.register(async (inner) => {
    await inner.register(rateLimit, {
      global: false,
      cache: 20_000,
      ...(redis === null ? {} : { redis, nameSpace: 'gateway-rate-', skipOnError: false }),
    })
    scope.make = inner.createRateLimit
  })
  const make = scope.make
  if (make === undefined) throw new Error('the limiter was not registered')
  const check = (rateClass: RateClass) =>
    make({ max: perMin[rateClass], timeWindow: 60_000, keyGenerator: (request) => `${rateClass}:${callerOf(request)}` })
  return Object.fromEntries(rateClasses.map((rateClass) => [rateClass, check(rateClass)])) as Record<RateClass, Check>
}

/** @returns a check that sets the RateLimit headers and throws AppError rate_limited with the seconds to wait */
export const openLimiter = async (app: FastifyInstance, options: LimiterOptions): Promise<Limit> => {
  const local = await checksIn(app, options, null)
  const shared = options.redis === null ? null : await checksIn(app, options, options.redis)

  let pausedUntilMs = 0

  const count = async (request: FastifyRequest, rateClass: RateClass) => {
    // A round trip to Redis would cost more than most reads.
    if (shared === null || rateClass === 'read' || performance.now() < pausedUntilMs) return local[rateClass](request)
    try {
      return await shared[rateClass](request)
    } catch (error) {
      pausedUntilMs = performance.now() + pauseMs
      options.warn(error)
      return local[rateClass](request)
    }
  }
  return async (request, reply, rateClass) => {
    const verdict = await count(request, rateClass)
    if (verdict.isAllowed) return
    void reply
      .header('ratelimit-limit', verdict.max)
      .header('ratelimit-remaining', verdict.remaining)
      .header('ratelimit-reset', verdict.ttlInSeconds)
    if (verdict.isExceeded) throw new AppError('rate_limited', undefined, {}, verdict.ttlInSeconds)
  }
}
