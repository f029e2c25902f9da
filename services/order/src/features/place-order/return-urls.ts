// Return addresses of the hosted payment page: the shop's own page, or an allowed origin.
import { AppError } from '@cartwright/contracts'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

export interface ReturnRules {
  publicUrl: string
  allowedOrigins: readonly string[]
  production: boolean
  /** Language of the shop's own page. */
  locale: string
  /** Lets the return page read the payment. It is in the fragment, which browsers do not send to servers. */
  ticket: string
}

/** Characters of the parsed address at most. */
const longest = 2000

/** Whether parsers may disagree on the address: blanks, control characters, backslashes, or not exactly `scheme://host`. */
const isAmbiguous = (given: string): boolean => /[\s\\]|\p{C}/u.test(given) || !/^https?:\/\/[^/]/i.test(given)

/** The parsed origin; null for an invalid address. */
const originOf = (text: string): string | null => (URL.canParse(text) ? new URL(text).origin : null)

/** @returns the parsed address, so that the checked address is the one in use. @throws AppError return_url_not_allowed */
const checked = (given: string, field: string, rules: ReturnRules): string => {
  const refuse = (message = 'this origin is not allowed') =>
    new AppError('return_url_not_allowed', { extra: { errors: [{ path: field, message }] } })
  if (isAmbiguous(given) || !URL.canParse(given)) throw refuse('must be an http or https address without blanks and backslashes')
  const url = new URL(given)
  // A reader of `https://shop@elsewhere` sees the shop; the browser opens elsewhere.
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
  const page = `${rules.publicUrl}/checkout/return?order=${orderId}&locale=${rules.locale}#ticket=${rules.ticket}`
  return {
    successUrl: given.successUrl === undefined ? page : checked(given.successUrl, '/successUrl', rules),
    cancelUrl: given.cancelUrl === undefined ? page : checked(given.cancelUrl, '/cancelUrl', rules),
  }
}
