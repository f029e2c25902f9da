// Text that the columns of Stripe's ids hold: visible ASCII, so that comparing never meets another alphabet.

export const isPlain = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most && /^[\x21-\x7e]+$/.test(value)
