// Redis client of the rate limiter.
import { logEngineErrors } from '@cartwright/service-kit'
import type { Logger } from '@cartwright/telemetry'
import { Redis } from 'ioredis'

export type { Redis } from 'ioredis'

/** Returns null without a URL. While Redis is unavailable a command fails at once, and each instance counts on its own. */
export const openRedis = (url: string | null, tls: { tls?: { ca: string } }, log: Logger): Redis | null => {
  if (url === null) return null
  const redis = new Redis(url, {
    ...tls,
    connectTimeout: 500,
    commandTimeout: 250,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  })
  redis.on('error', logEngineErrors(log, 'rate limiter: Redis', 'REDIS_URL and REDIS_TLS_CA_FILE'))
  return redis
}
