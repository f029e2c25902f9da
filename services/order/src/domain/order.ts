// Pure rules of an order: status transitions, order numbers and refund sums.
import {
  AppError,
  type FulfilmentStatus,
  type OrderStatus,
  type PaymentStatus,
  type RefundState,
  type RefundStatus,
} from '@cartwright/contracts'

/** Allowed status transitions; every other one is refused with 409. */
export const nextStatuses: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

/** The columns that decide which calls an order accepts. */
interface OrderState {
  status: OrderStatus
  payment_status: PaymentStatus
  fulfilment_status: FulfilmentStatus
}

/** An order with a disputed payment is not shipped: the bank has taken the money back. */
export const canShip = (order: OrderState): boolean => order.status === 'processing' && order.payment_status !== 'disputed'

/** A partly shipped order cannot be cancelled; an operator cancels the lines that are left to ship. */
export const canCancel = ({ status, fulfilment_status: fulfilment }: OrderState): boolean =>
  status === 'pending' || (status === 'processing' && fulfilment !== 'partial')

const canDeliver = ({ status }: OrderState): boolean => status === 'shipped'

/** The statuses that a call may set now. `processing` follows from the payment alone, so it is never listed. */
const allowedStatuses = (order: OrderState): OrderStatus[] => [
  ...(canShip(order) ? (['shipped'] as const) : []),
  ...(canDeliver(order) ? (['delivered'] as const) : []),
  ...(canCancel(order) ? (['cancelled'] as const) : []),
]

/** The error of a call that the order's state refuses; it lists the allowed statuses. */
export const stateRefusal = (
  order: OrderState,
  detail: string,
  code: 'order_state' | 'order_disputed' = 'order_state',
): AppError => new AppError(code, { detail, extra: { orderStatus: order.status, allowed: allowedStatuses(order) } })

/** @throws AppError order_state with what is allowed */
export const assertTransition = (order: OrderState, to: OrderStatus): void => {
  if (!nextStatuses[order.status].includes(to)) throw stateRefusal(order, `an order that is ${order.status} cannot become ${to}`)
}

// Without vowels and look-alikes: numbers are read out on the phone and must form no words.
const alphabet = '23456789BCDFGHJKMNPQRSTVWXYZ'

/** A short, unpredictable order number from eight random bytes: `CW-7K3M-9QXD`. */
export const orderNumber = (random: Uint8Array): string => {
  const signs = [...random].slice(0, 8).map((byte) => alphabet[byte % alphabet.length])
  return `CW-${signs.slice(0, 4).join('')}-${signs.slice(4).join('')}`
}

/** Normalizes an order number to its stored form: `cw 7k3m9qxd` and `7K3M-9QXD` are `CW-7K3M-9QXD`. */
export const normalNumber = (written: string): string => {
  const signs = written.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
  const whole = signs.length === 8 ? `CW${signs}` : signs
  return `${whole.slice(0, 2)}-${whole.slice(2, 6)}-${whole.slice(6)}`
}

export interface RefundPart {
  amountMinor: number
  state: RefundState
}

/** The refund status of an order. `failed` shows only while no refund is pending or succeeded. */
export const refundStatusOf = (capturedMinor: number, refunds: readonly RefundPart[]): RefundStatus => {
  const done = refunds.filter((refund) => refund.state === 'succeeded').reduce((sum, refund) => sum + refund.amountMinor, 0)
  if (refunds.some((refund) => refund.state === 'pending')) return 'pending'
  if (done > 0) return done >= capturedMinor ? 'full' : 'partial'
  return refunds.some((refund) => refund.state === 'failed') ? 'failed' : 'none'
}

/** The refundable amount: captured minus disputed minus succeeded and pending refunds. */
export const refundable = (capturedMinor: number, refunds: readonly RefundPart[], disputed = 0): number =>
  Math.max(
    0,
    capturedMinor -
      disputed -
      refunds.filter((refund) => refund.state !== 'failed').reduce((sum, refund) => sum + refund.amountMinor, 0),
  )
