// Check for printable ASCII: the columns of Stripe's ids accept nothing else.

export const isPrintableAscii = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most && /^[\x21-\x7e]+$/.test(value)
