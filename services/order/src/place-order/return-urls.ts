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

/** The longest address that is passed on, as it is written after parsing. */
const longest = 2000

/** An address as a browser would read it differently from a person: blanks, control characters, backslashes, or not exactly `scheme://host`. */
const isTricky = (given: string): boolean => /[\s\\]|\p{C}/u.test(given) || !/^https?:\/\/[^/]/i.test(given)

/** An origin in the form that parsing gives it; null for what is none. */
const originOf = (text: string): string | null => (URL.canParse(text) ? new URL(text).origin : null)

/** @returns the address as it was parsed: what was checked is what is passed on. @throws AppError return_url_not_allowed */
const checked = (given: string, field: string, rules: ReturnRules): string => {
  const refuse = (message = 'this origin is not allowed') =>
    new AppError('return_url_not_allowed', undefined, { errors: [{ path: field, message }] })
  if (isTricky(given) || !URL.canParse(given)) throw refuse('must be an http or https address without blanks and backslashes')
  const url = new URL(given)
  // Whoever reads `https://shop@elsewhere` sees the shop, and the browser goes elsewhere.
  if (/^https?:\/\/[^/?#]*@/i.test(given)) throw refuse('must not hold a user name')
  if (url.href.length > longest) throw refuse(`must have at most ${longest} characters`)
  const allowed = [rules.publicUrl, ...rules.allowedOrigins].map(originOf)
  if (allowed.includes(url.origin) || (!rules.production && loopback.has(url.hostname))) return url.href
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
