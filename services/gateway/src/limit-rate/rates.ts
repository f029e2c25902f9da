// How many calls a minute each class may make: configured, else generous in development and strict in production.
import type { Endpoint, RateClass } from '@cartwright/contracts'

export const rateClasses: readonly RateClass[] = ['read', 'write', 'auth', 'checkout', 'webhook']

const strict: Record<RateClass, number> = { read: 1200, write: 300, auth: 60, checkout: 30, webhook: 6000 }
const generous: Record<RateClass, number> = {
  read: 6_000_000,
  write: 600_000,
  auth: 600_000,
  checkout: 600_000,
  webhook: 600_000,
}

/** Calls a minute by class. @param configured null where the default is meant */
export const ratesPerMin = (environment: string, configured: Record<RateClass, number | null>): Record<RateClass, number> => {
  const defaults = environment === 'production' ? strict : generous
  return {
    read: configured.read ?? defaults.read,
    write: configured.write ?? defaults.write,
    auth: configured.auth ?? defaults.auth,
    checkout: configured.checkout ?? defaults.checkout,
    webhook: configured.webhook ?? defaults.webhook,
  }
}

/** The class of an endpoint that names none follows its method. */
export const rateClassOf = (endpoint: Pick<Endpoint, 'rate' | 'method'>): RateClass =>
  endpoint.rate ?? (endpoint.method === 'GET' ? 'read' : 'write')
