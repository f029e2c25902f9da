// When a payment page ends: whole seconds, since Stripe takes no others.

/** @param now Stripe's time, or ours as the best guess of it */
export const expiryFrom = (now: Date, sessionSec: number): Date =>
  new Date((Math.floor(now.getTime() / 1000) + sessionSec) * 1000)
