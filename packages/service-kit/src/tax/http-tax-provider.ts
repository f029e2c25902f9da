// HTTP tax provider: asks a service outside of the shop for rates, with a deadline, a short cache, single flight and a circuit breaker.
import { createCircuitBreaker, createSingleFlight } from '@cartwright/concurrency'
import { TaxRate } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'
import { LRUCache } from 'lru-cache'
import { Type } from 'typebox'
import { request } from 'undici'
import { type ConfigOf, integer, secret, text, type Variable } from '../variables.ts'
import { type TaxProvider, type TaxQuestion, taxTable } from './tax-provider.ts'

const address: Variable<string | null> = {
  ...text(
    'TAX_PROVIDER_URL',
    'Service that says tax rates, asked by `POST` for each destination; without it the rates are those of `/v1/admin/tax-rates`. Cart and order need the same value',
    null,
  ),
  parse: (given) => {
    if (URL.canParse(given) && /^https?:/.test(given)) return given
    throw new Error('must be an address such as https://tax.example/rates')
  },
}

/** Variables of the services that ask for tax rates. */
export const taxProviderSpec = {
  taxProviderUrl: address,
  taxProviderToken: secret(text('TAX_PROVIDER_TOKEN', 'Bearer token that the tax provider asks for', null)),
  taxProviderTimeoutMs: integer(
    'TAX_PROVIDER_TIMEOUT_MS',
    'Milliseconds until a question to the tax provider counts as failed',
    2000,
  ),
  taxProviderCacheSec: integer(
    'TAX_PROVIDER_CACHE_SEC',
    'Seconds for which an answer of the tax provider is used again; 0 asks at each price',
    60,
  ),
}

const places = 5000
const failureThreshold = 3
const openMs = 1000

const answer = json('the answer of the tax provider', Type.Object({ taxRates: Type.Array(TaxRate, { maxItems: 1000 }) }))

/** Rates of another place would not apply, and the tax would be 0. @throws Error */
const assertOfPlace = (rates: readonly TaxRate[], { destination: { country, region } }: TaxQuestion): void => {
  const other = rates.find((rate) => rate.country !== country || (rate.region !== undefined && rate.region !== region))
  if (other) throw new Error(`it answered a rate of ${other.country}${other.region ? `-${other.region}` : ''} for ${country}`)
}

const ask = async (
  { taxProviderUrl, taxProviderToken, taxProviderTimeoutMs }: ConfigOf<typeof taxProviderSpec>,
  question: TaxQuestion,
): Promise<readonly TaxRate[]> => {
  const response = await request(taxProviderUrl ?? '', {
    method: 'POST',
    signal: AbortSignal.timeout(taxProviderTimeoutMs),
    headers: {
      'content-type': 'application/json',
      ...(taxProviderToken === null ? {} : { authorization: `Bearer ${taxProviderToken}` }),
    },
    body: JSON.stringify({ ...question, at: question.at.toISOString() }),
  })
  const body = await response.body.text()
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`)
  const { taxRates } = answer.parse(body)
  assertOfPlace(taxRates, question)
  return taxRates
}

/** The provider that the configuration names: the service at `TAX_PROVIDER_URL`, else the table of the shop. */
export const openTaxProvider = (config: ConfigOf<typeof taxProviderSpec>, log: Logger): TaxProvider => {
  if (config.taxProviderUrl === null) return taxTable
  const breaker = createCircuitBreaker({ failureThreshold, openMs })
  const flights = createSingleFlight<readonly TaxRate[]>()
  const ttl = config.taxProviderCacheSec * 1000
  const known = ttl > 0 ? new LRUCache<string, readonly TaxRate[]>({ max: places, ttl }) : null
  const askNow = async (question: TaxQuestion): Promise<readonly TaxRate[]> => {
    if (!breaker.canCall()) throw new Error('the circuit breaker of the tax provider is open')
    try {
      const rates = await ask(config, question)
      breaker.recordSuccess()
      return rates
    } catch (error) {
      breaker.recordFailure()
      log.warn({ err: error }, 'tax provider: no rates, so checkouts are refused; check TAX_PROVIDER_URL and the provider')
      throw error
    }
  }
  return {
    ratesAt: async (question) => {
      const { destination, currency } = question
      const key = JSON.stringify([destination.country, destination.region, destination.postalCode, currency])
      const cached = known?.get(key)
      if (cached) return cached
      const rates = await flights.run(key, () => askNow(question))
      known?.set(key, rates)
      return rates
    },
  }
}
