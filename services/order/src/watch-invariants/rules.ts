// What must be true of one order: its money, its history, its goods, its saga. Pure; each rule answers with what is wrong, or null.
import type { FulfilmentStatus, OrderStatus, PaymentStatus, RefundStatus } from '@cartwright/contracts'
import { checkout, type State } from '../checkout-saga/saga.ts'
import { nextStatuses, type RefundPart, refundStatusOf } from '../order.ts'

export interface Books {
  status: OrderStatus
  paymentStatus: PaymentStatus
  refundStatus: RefundStatus
  totalMinor: number
  capturedMinor: number
  refunds: readonly RefundPart[]
  /** What a bank took back, for now or for good. */
  disputedMinor: number
}

const sumOf = (refunds: readonly RefundPart[], ...states: RefundPart['state'][]): number =>
  refunds.filter(({ state }) => states.includes(state)).reduce((sum, { amountMinor }) => sum + amountMinor, 0)

const goesOn: readonly OrderStatus[] = ['processing', 'shipped', 'delivered']

const paid = ['paid', 'disputed'] as const
const payments: Record<OrderStatus, readonly PaymentStatus[]> = {
  pending: ['awaiting', 'review', ...paid],
  processing: paid,
  shipped: paid,
  delivered: paid,
  // Money that comes late is recorded, and goes back.
  cancelled: ['failed', 'expired', 'cancelled', 'review', ...paid],
}
const withoutMoney: readonly PaymentStatus[] = ['awaiting', 'failed', 'expired', 'cancelled']

/** What is shown of the money: the state of the payment goes with the order's, with what came and what is disputed, the refund's with the refunds. */
const shownTrouble = (books: Books): string | null => {
  const { status, paymentStatus, refundStatus, capturedMinor, refunds, disputedMinor } = books
  if (!payments[status].includes(paymentStatus)) return `is ${status}, and its payment ${paymentStatus}`
  if (withoutMoney.includes(paymentStatus) && capturedMinor > 0)
    return `has ${capturedMinor} captured, and its payment is ${paymentStatus}`
  if ((paymentStatus === 'disputed') !== disputedMinor > 0)
    return `has ${disputedMinor} disputed, and its payment is ${paymentStatus}`
  const wanted = refundStatusOf(capturedMinor, refunds)
  return refundStatus === wanted ? null : `says that its refund is ${refundStatus}, and its refunds say ${wanted}`
}

/** An order that goes on is paid; one that was cancelled keeps no money; nothing gives back more than came; and what is shown of it is true. */
export const moneyTrouble = (books: Books): string | null => {
  const { status, totalMinor, capturedMinor, refunds, disputedMinor } = books
  const done = sumOf(refunds, 'succeeded')
  const asked = sumOf(refunds, 'succeeded', 'pending')
  if (goesOn.includes(status) && capturedMinor !== totalMinor)
    return `is ${status}, and ${capturedMinor} of ${totalMinor} were captured`
  if (done > capturedMinor) return `had ${capturedMinor} captured and ${done} given back`
  // Disputed money is the bank's business: a refund would give it back a second time.
  const gone = asked + disputedMinor
  if (status === 'cancelled' && gone < capturedMinor)
    return `is cancelled, and of ${capturedMinor} captured ${gone} are given back, on their way or disputed`
  return shownTrouble(books)
}

export interface HistoryEntry {
  version: number
  from: OrderStatus | null
  to: OrderStatus
}

/** A history is a legal path from nothing to what the order is now. @param history in order of its versions */
export const historyTrouble = (status: OrderStatus, history: readonly HistoryEntry[]): string | null => {
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

/** Goods leave an order that is being worked on, and are on their way or there exactly when it says so. */
export const fulfilmentTrouble = (status: OrderStatus, fulfilment: FulfilmentStatus): string | null =>
  goods[status].includes(fulfilment) ? null : `is ${status}, and its fulfilment ${fulfilment}`

const isState = (state: string): state is State => Object.hasOwn(checkout.states, state)

const ends: Record<OrderStatus, readonly string[] | null> = {
  pending: null,
  processing: ['confirmed'],
  shipped: ['confirmed'],
  delivered: ['confirmed'],
  // Cancelled by the saga, or by hand after it had ended.
  cancelled: ['cancelled', 'confirmed'],
}

/** An order waits exactly as long as its saga does, and a saga that waits for others has a deadline. @param state null: it has none */
export const sagaTrouble = (status: OrderStatus, state: string | null, hasDeadline: boolean): string | null => {
  if (state === null) return `is ${status}, and has no saga`
  if (!isState(state)) return `has a saga in the unknown state ${state}`
  const over = checkout.terminal.includes(state)
  const wanted = ends[status]
  if (wanted === null ? over : !wanted.includes(state)) return `is ${status}, and its saga is ${state}`
  return !over && checkout.deadlineSec[state] !== undefined && !hasDeadline ? `waits in ${state} without a deadline` : null
}
