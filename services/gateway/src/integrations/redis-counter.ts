// Fixed-window counters of the rate limiter in Redis, shared by all instances: one key per class and caller, which expires with its window.
import { createHmac } from 'node:crypto'
import type { RateClass } from '@cartwright/contracts'
import type { Redis } from 'ioredis'

const prefix = 'cartwright:gateway:rate:'
const pseudonymLength = 22

/** Increments the counter and reads the rest of its window in one step. */
const script = `
local current = redis.call('INCR', KEYS[1])
if current == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return { current, redis.call('PTTL', KEYS[1]) }
`

export interface WindowCount {
  /** Calls in this window, including this one. */
  current: number
  /** Milliseconds until the window ends. */
  ttlMs: number
}

/**
 * Creates the counter.
 * @param secret key of the HMAC that pseudonymises callers, so that trying all addresses does not reveal one
 */
export const createSharedCounter =
  (redis: Redis, windowMs: number, secret: string) =>
  async (rateClass: RateClass, caller: string): Promise<WindowCount> => {
    const pseudonym = createHmac('sha256', secret).update(caller).digest('base64url').slice(0, pseudonymLength)
    const [current = 0, ttlMs = 0] = (await redis.eval(script, 1, `${prefix}${rateClass}:${pseudonym}`, windowMs)) as number[]
    return { current, ttlMs }
  }
