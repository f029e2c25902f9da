// The nouns and pure rules of an order: which states follow which, what numbers look like, how refunds add up.
import { AppError, type FulfilmentStatus, type OrderStatus, type PaymentStatus, type RefundStatus } from '@cartwright/contracts'

/** Which status may follow which; everything else is 409. */
export const nextStatuses: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

/** What decides which calls an order takes. */
export interface OrderState {
  status: OrderStatus
  payment_status: PaymentStatus
  fulfilment_status: FulfilmentStatus
}

/** Goods of a disputed payment stay here: the bank has taken the money back, for now or for good. */
export const canShip = (order: OrderState): boolean => order.status === 'processing' && order.payment_status !== 'disputed'

/** What is partly on its way cannot be called back; what is missing of it is refunded. */
export const canCancel = ({ status, fulfilment_status: fulfilment }: OrderState): boolean =>
  status === 'pending' || (status === 'processing' && fulfilment !== 'partial')

export const canDeliver = ({ status }: OrderState): boolean => status === 'shipped'

/** The statuses that a call may bring an order to now. Only payment makes one `processing`, so no call is named for it. */
export const allowedStatuses = (order: OrderState): OrderStatus[] => [
  ...(canShip(order) ? (['shipped'] as const) : []),
  ...(canDeliver(order) ? (['delivered'] as const) : []),
  ...(canCancel(order) ? (['cancelled'] as const) : []),
]

/** The refusal of a call that an order does not take now, with those that it takes. */
export const stateRefusal = (
  order: OrderState,
  detail: string,
  code: 'order_state' | 'order_disputed' = 'order_state',
): AppError => new AppError(code, detail, { orderStatus: order.status, allowed: allowedStatuses(order) })

/** @throws AppError order_state with what is allowed */
export const assertTransition = (order: OrderState, to: OrderStatus): void => {
  if (!nextStatuses[order.status].includes(to)) throw stateRefusal(order, `an order that is ${order.status} cannot become ${to}`)
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
