// Where the hosted payment page sends shoppers back to: our own page, or an origin that the shop allows.
import { AppError } from '@cartwright/contracts'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

export interface ReturnRules {
  publicUrl: string
  allowedOrigins: readonly string[]
  production: boolean
  /** Lets our own page see how the payment went. It travels in the fragment, which browsers keep to themselves. */
  ticket: string
}

/** @throws AppError return_url_not_allowed */
const checked = (given: string, field: string, rules: ReturnRules): string => {
  const refuse = () =>
    new AppError('return_url_not_allowed', undefined, { errors: [{ path: field, message: 'this origin is not allowed' }] })
  if (!URL.canParse(given)) throw refuse()
  const url = new URL(given)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse()
  const own = url.origin === new URL(rules.publicUrl).origin
  if (own || rules.allowedOrigins.includes(url.origin) || (!rules.production && loopback.has(url.hostname))) return given
  throw refuse()
}

export const returnUrls = (
  given: { successUrl?: string | undefined; cancelUrl?: string | undefined },
  orderId: string,
  rules: ReturnRules,
) => {
  const page = `${rules.publicUrl}/checkout/return?order=${orderId}#ticket=${rules.ticket}`
  return {
    successUrl: given.successUrl === undefined ? page : checked(given.successUrl, '/successUrl', rules),
    cancelUrl: given.cancelUrl === undefined ? page : checked(given.cancelUrl, '/cancelUrl', rules),
  }
}
