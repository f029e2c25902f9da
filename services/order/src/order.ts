// The nouns and pure rules of an order: which states follow which, what numbers look like, how refunds add up.
import { AppError, type OrderStatus, type RefundStatus } from '@cartwright/contracts'

/** Which status may follow which; everything else is 409. */
export const nextStatuses: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

/** @throws AppError order_state with what is allowed */
export const assertTransition = (from: OrderStatus, to: OrderStatus): void => {
  if (!nextStatuses[from].includes(to))
    throw new AppError('order_state', `an order that is ${from} cannot become ${to}`, {
      orderStatus: from,
      allowed: nextStatuses[from],
    })
}

// No vowels and no look-alikes: numbers are read out on the phone and spell nothing.
const alphabet = '23456789BCDFGHJKMNPQRSTVWXYZ'

/** A short number that cannot be guessed, from eight random bytes: `CW-7K3M-9QXD`. */
export const orderNumber = (random: Uint8Array): string => {
  const signs = [...random].slice(0, 8).map((byte) => alphabet[byte % alphabet.length])
  return `CW-${signs.slice(0, 4).join('')}-${signs.slice(4).join('')}`
}

/** A number as people write it, brought to the form that is stored: `cw 7k3m9qxd` and `7K3M-9QXD` are `CW-7K3M-9QXD`. */
export const normalNumber = (written: string): string => {
  const signs = written.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
  const whole = signs.length === 8 ? `CW${signs}` : signs
  return `${whole.slice(0, 2)}-${whole.slice(2, 6)}-${whole.slice(6)}`
}

export interface RefundPart {
  amountMinor: number
  state: 'pending' | 'succeeded' | 'failed'
}

/** What an order's refunds come to. A failed one shows only while nothing else is known. */
export const refundStatusOf = (capturedMinor: number, refunds: readonly RefundPart[]): RefundStatus => {
  const done = refunds.filter((refund) => refund.state === 'succeeded').reduce((sum, refund) => sum + refund.amountMinor, 0)
  if (refunds.some((refund) => refund.state === 'pending')) return 'pending'
  if (done > 0) return done >= capturedMinor ? 'full' : 'partial'
  return refunds.some((refund) => refund.state === 'failed') ? 'failed' : 'none'
}

/** What may still be refunded: captured minus what is disputed, and minus every refund that succeeded or is on its way. */
export const refundable = (capturedMinor: number, refunds: readonly RefundPart[], disputed = 0): number =>
  Math.max(
    0,
    capturedMinor -
      disputed -
      refunds.filter((refund) => refund.state !== 'failed').reduce((sum, refund) => sum + refund.amountMinor, 0),
  )
