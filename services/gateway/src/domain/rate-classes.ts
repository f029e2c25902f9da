// Rate classes and their limits per minute: the configured limit, else a strict default in production and a loose one elsewhere.
import type { Endpoint, RateClass } from '@cartwright/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Counts a call of the class, sets the RateLimit headers. @throws AppError rate_limited with the seconds to wait */
export type Limit = (request: FastifyRequest, reply: FastifyReply, rateClass: RateClass) => Promise<void>

export const rateClasses: readonly RateClass[] = ['read', 'write', 'auth', 'checkout', 'code', 'webhook']

const productionRates: Record<RateClass, number> = { read: 1200, write: 300, auth: 60, checkout: 30, code: 20, webhook: 6000 }
const developmentRates: Record<RateClass, number> = {
  read: 6_000_000,
  write: 600_000,
  auth: 600_000,
  checkout: 600_000,
  code: 600_000,
  webhook: 600_000,
}

/** Calls a minute by class. @param configured null for the default */
export const ratesPerMin = (environment: string, configured: Record<RateClass, number | null>): Record<RateClass, number> => {
  const defaults = environment === 'production' ? productionRates : developmentRates
  return {
    read: configured.read ?? defaults.read,
    write: configured.write ?? defaults.write,
    auth: configured.auth ?? defaults.auth,
    checkout: configured.checkout ?? defaults.checkout,
    code: configured.code ?? defaults.code,
    webhook: configured.webhook ?? defaults.webhook,
  }
}

/** The class of an endpoint; its method decides when the contract names none. */
export const rateClassOf = (endpoint: Pick<Endpoint, 'rate' | 'method'>): RateClass =>
  endpoint.rate ?? (endpoint.method === 'GET' ? 'read' : 'write')
