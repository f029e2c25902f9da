// Decides whether an order can be withdrawn from. Pure.
import { AppError, type OrderStatus, type ReturnStatus } from '@cartwright/contracts'

const dayMs = 24 * 3_600_000

interface Withdrawable {
  status: OrderStatus
  returnStatus: ReturnStatus
  /** Null before the delivery. */
  deliveredAt: Date | null
}

/**
 * End of the time for a withdrawal; null before the delivery. The day of the delivery does not count and the last day counts to its end,
 * so one day more than configured has passed by then in every time zone.
 */
export const withdrawableUntil = (deliveredAt: Date | null, days: number): Date | null =>
  deliveredAt === null ? null : new Date(deliveredAt.getTime() + (days + 1) * dayMs)

/** @throws AppError withdrawal_not_possible with the cause */
export const assertWithdrawable = (order: Withdrawable, { now, days }: { now: Date; days: number }): void => {
  const until = withdrawableUntil(order.deliveredAt, days)
  const refuse = (refusal: 'cancelled' | 'returned' | 'too_late', detail: string): AppError =>
    new AppError('withdrawal_not_possible', { detail, extra: { refusal, withdrawableUntil: until?.toISOString() ?? null } })
  if (order.status === 'cancelled') throw refuse('cancelled', 'the order was cancelled')
  if (order.returnStatus === 'full') throw refuse('returned', 'all goods of the order have come back')
  if (until !== null && now > until) throw refuse('too_late', 'the time for a withdrawal is over')
}
