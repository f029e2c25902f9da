// Expiry of a checkout session, in whole seconds as Stripe requires.

/** @param now Stripe's time, or the service's clock when Stripe's is unknown */
export const expiryFrom = (now: Date, sessionSec: number): Date =>
  new Date((Math.floor(now.getTime() / 1000) + sessionSec) * 1000)
