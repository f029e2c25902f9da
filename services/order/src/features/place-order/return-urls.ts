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

/** Characters of the parsed address at most; the order is named beyond them. */
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

/** What the shop learns from the address to which a shopper returns. Both are of letters, digits, `_` and `-`. */
interface Returning {
  id: string
  number: string
}

/** Placeholders as they are given, and as a path or a host name holds them after parsing. */
const placeholders = /(?:\{|%7B)ORDER_(ID|NUMBER)(?:\}|%7D)/g

/** Names the order in a checked address: where its placeholders are, or else in its query. */
const naming = (address: string, { id, number }: Returning): string => {
  const named = address.replace(placeholders, (_, member) => (member === 'ID' ? id : number))
  if (named !== address) return named
  const url = new URL(address)
  // Appended as text: `searchParams` would re-encode the rest of the query, and with it Stripe's own placeholder.
  url.search += `${url.search === '' ? '' : '&'}order=${id}`
  return url.href
}

/**
 * Checks the addresses that a shopper returns to.
 * @returns the addresses for an order, whose number is drawn later
 * @throws AppError return_url_not_allowed
 */
export const returnUrls = (given: { successUrl?: string | undefined; cancelUrl?: string | undefined }, rules: ReturnRules) => {
  const success = given.successUrl === undefined ? null : checked(given.successUrl, '/successUrl', rules)
  const cancel = given.cancelUrl === undefined ? null : checked(given.cancelUrl, '/cancelUrl', rules)
  return (order: Returning) => {
    const page = `${rules.publicUrl}/checkout/return?order=${order.id}&locale=${rules.locale}#ticket=${rules.ticket}`
    return {
      successUrl: success === null ? page : naming(success, order),
      cancelUrl: cancel === null ? page : naming(cancel, order),
    }
  }
}
