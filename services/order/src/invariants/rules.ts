// Pure invariant rules of one order: money, history, fulfilment and saga. Each returns a description of the violation, or null.
import type { FulfilmentStatus, OrderStatus, PaymentStatus, RefundStatus } from '@cartwright/contracts'
import { checkout, type State } from '../domain/checkout-saga/saga.ts'
import { nextStatuses, type RefundPart, refundStatusOf } from '../domain/order.ts'

export interface OrderFinances {
  status: OrderStatus
  paymentStatus: PaymentStatus
  refundStatus: RefundStatus
  totalMinor: number
  capturedMinor: number
  refunds: readonly RefundPart[]
  /** Open and lost disputes. */
  disputedMinor: number
}

const sumOf = (refunds: readonly RefundPart[], ...states: RefundPart['state'][]): number =>
  refunds.filter(({ state }) => states.includes(state)).reduce((sum, { amountMinor }) => sum + amountMinor, 0)

const activeStatuses: readonly OrderStatus[] = ['processing', 'shipped', 'delivered']

const settled = ['paid', 'disputed', 'not_required'] as const
const payments: Record<OrderStatus, readonly PaymentStatus[]> = {
  pending: ['awaiting', 'review', ...settled],
  processing: settled,
  shipped: settled,
  delivered: settled,
  // Late money is recorded and refunded.
  cancelled: ['failed', 'expired', 'cancelled', 'review', ...settled],
}
const withoutMoney: readonly PaymentStatus[] = ['awaiting', 'not_required', 'failed', 'expired', 'cancelled']

/** The payment status must match the order, the captured and the disputed amount; the refund status must match the refunds. */
const findShownStateViolation = (books: OrderFinances): string | null => {
  const { status, paymentStatus, refundStatus, totalMinor, capturedMinor, refunds, disputedMinor } = books
  if (!payments[status].includes(paymentStatus)) return `is ${status}, and its payment ${paymentStatus}`
  if (paymentStatus === 'not_required' && totalMinor > 0) return `costs ${totalMinor}, and needs no payment`
  if (withoutMoney.includes(paymentStatus) && capturedMinor > 0)
    return `has ${capturedMinor} captured, and its payment is ${paymentStatus}`
  if ((paymentStatus === 'disputed') !== disputedMinor > 0)
    return `has ${disputedMinor} disputed, and its payment is ${paymentStatus}`
  const wanted = refundStatusOf(capturedMinor, refunds)
  return refundStatus === wanted ? null : `says that its refund is ${refundStatus}, and its refunds say ${wanted}`
}

/** An active order is paid, a cancelled one keeps no money, and refunds never exceed the captured amount. */
export const findMoneyViolation = (books: OrderFinances): string | null => {
  const { status, totalMinor, capturedMinor, refunds, disputedMinor } = books
  const done = sumOf(refunds, 'succeeded')
  const requestedMinor = sumOf(refunds, 'succeeded', 'pending')
  if (activeStatuses.includes(status) && capturedMinor !== totalMinor)
    return `is ${status}, and ${capturedMinor} of ${totalMinor} were captured`
  if (done > capturedMinor) return `had ${capturedMinor} captured and ${done} given back`
  // Disputed money counts as returned: a refund would return it a second time.
  const gone = requestedMinor + disputedMinor
  if (status === 'cancelled' && gone < capturedMinor)
    return `is cancelled, and of ${capturedMinor} captured ${gone} are given back, on their way or disputed`
  return findShownStateViolation(books)
}

interface HistoryEntry {
  version: number
  from: OrderStatus | null
  to: OrderStatus
}

/** The history is a path of allowed transitions to the current status. @param history ordered by version */
export const findHistoryViolation = (status: OrderStatus, history: readonly HistoryEntry[]): string | null => {
  const last = history.at(-1)
  if (last === undefined) return 'has no history'
  for (const [index, entry] of history.entries()) {
    const before = history[index - 1]?.to ?? null
    if (entry.version !== index + 1) return `misses entry ${index + 1} of its history`
    if (entry.from !== before) return `became ${entry.to} from ${entry.from}, and was ${before}`
    const legal = before === null ? entry.to === 'pending' : nextStatuses[before].includes(entry.to)
    if (!legal) return `became ${entry.to} from ${before}`
  }
  return last.to === status ? null : `is ${status}, and its history ends in ${last.to}`
}

const goods: Record<OrderStatus, readonly FulfilmentStatus[]> = {
  pending: ['none'],
  processing: ['none', 'partial'],
  shipped: ['shipped'],
  delivered: ['delivered'],
  cancelled: ['none'],
}

/** The fulfilment status must match the order's status. */
export const findFulfilmentViolation = (status: OrderStatus, fulfilment: FulfilmentStatus): string | null =>
  goods[status].includes(fulfilment) ? null : `is ${status}, and its fulfilment ${fulfilment}`

const isState = (state: string): state is State => Object.hasOwn(checkout.states, state)

const ends: Record<OrderStatus, readonly string[] | null> = {
  pending: null,
  processing: ['confirmed'],
  shipped: ['confirmed'],
  delivered: ['confirmed'],
  // Cancelled by the saga, or by a request after the saga had ended.
  cancelled: ['cancelled', 'confirmed'],
}

/** An order is pending exactly as long as its saga runs, and a waiting saga has a deadline. @param state null when there is no saga */
export const findSagaViolation = (status: OrderStatus, state: string | null, hasDeadline: boolean): string | null => {
  if (state === null) return `is ${status}, and has no saga`
  if (!isState(state)) return `has a saga in the unknown state ${state}`
  const over = checkout.terminal.includes(state)
  const wanted = ends[status]
  if (wanted === null ? over : !wanted.includes(state)) return `is ${status}, and its saga is ${state}`
  return !over && checkout.deadline[state] !== undefined && !hasDeadline ? `waits in ${state} without a deadline` : null
}
