// Checkout saga as one table. Failures before the pivot (`paymentSucceeded`, or reserved stock when nothing is to be paid) compensate; steps
// after it are retried until they succeed.
import { catalogEvents, paymentEvents } from '@cartwright/contracts'
import { again, type EffectOf, fromEvent, go, type InputOf, request, type StateOf, saga, stay, undo } from '@cartwright/messaging'

/** Answers of catalog and payment, then requests of shoppers and operators. */
const inputs = {
  stockReserved: fromEvent(catalogEvents.stockReserved),
  stockRejected: fromEvent(catalogEvents.stockRejected, ({ rejected }) => rejected === 'reserve'),
  // A release that order requested changes nothing; a lapsed reservation acts as a deadline.
  stockLapsed: fromEvent(catalogEvents.stockReleased, ({ reason }) => reason === 'lapsed'),
  stockCommitted: fromEvent(catalogEvents.stockCommitted),
  commitRejected: fromEvent(catalogEvents.stockRejected, ({ rejected }) => rejected === 'commit'),
  sessionOpened: fromEvent(paymentEvents.sessionOpened),
  paymentSucceeded: fromEvent(paymentEvents.succeeded),
  paymentFailed: fromEvent(paymentEvents.failed),
  paymentExpired: fromEvent(paymentEvents.expired),
  paymentReviewed: fromEvent(paymentEvents.reviewRequired),
  // The total is nothing; asked for when the order is placed.
  nothingDue: request,
  cancelAsked: request,
  retryAsked: request,
  compensateAsked: request,
}

const cancel = <Why extends string>(why: Why) => go('cancelled', [why])
/** The payment of an active order: recorded, then the stock is committed. */
const pivot = go('committing', ['markPaid', 'commitStock'])
/** A payment of another amount: recorded, and an operator decides. No stock is committed and payment receives no further request. */
const review = go('reviewing', ['markReview'])
/** The payment has ended without money. */
const unpaid = <Why extends string>(why: Why) => undo(['releaseStock'], cancel(why))
/** An operator's cancellation that does not wait for payment; the rows of `cancelled` refund money that still arrives. */
const abandon = undo(['requestExpiry', 'releaseStock'], cancel('cancelByRequest'))
/** Rows that `reserving` and `reservingFree` share: catalog does not reserve, or a person asks for something. */
const awaitingStock = {
  stockRejected: cancel('cancelOutOfStock'),
  timedOut: again(['requestStock'], 3, unpaid('cancelReservationTimeout')),
  cancelAsked: unpaid('cancelByRequest'),
  retryAsked: stay(['requestStock']),
  compensateAsked: unpaid('cancelByRequest'),
}
/** Requests the expiry of the payment page; payment's answer decides the outcome. */
const close = <To extends string>(to: To) => go(to, ['requestExpiry'])
/** Rows that `opening` and `paying` share: payment answers, the time ends, or a person asks for something. */
const awaitingPayment = {
  paymentSucceeded: pivot,
  paymentReviewed: review,
  paymentFailed: unpaid('cancelPaymentFailed'),
  paymentExpired: unpaid('cancelPaymentExpired'),
  stockLapsed: close('expiring'),
  timedOut: close('expiring'),
  cancelAsked: close('cancelling'),
  retryAsked: stay(['requestPayment']),
  compensateAsked: abandon,
}

export const checkout = saga({
  name: 'checkout',
  inputs,
  initial: 'reserving',
  terminal: ['confirmed', 'cancelled'],
  deadline: {
    reserving: 'reserveTimeoutSec',
    reservingFree: 'reserveTimeoutSec',
    opening: 'sessionTimeoutSec',
    paying: 'payingTimeoutSec',
    expiring: 'expiryTimeoutSec',
    cancelling: 'expiryTimeoutSec',
    committing: 'commitTimeoutSec',
    withdrawing: 'commitTimeoutSec',
  },
  states: {
    reserving: {
      stockReserved: go('opening', ['requestPayment']),
      nothingDue: go('reservingFree'),
      ...awaitingStock,
    },
    // A free order needs no payment: reserved stock is committed at once.
    reservingFree: {
      stockReserved: go('committing', ['commitStock']),
      ...awaitingStock,
    },
    opening: {
      sessionOpened: go('paying', ['rememberUrl']),
      ...awaitingPayment,
    },
    paying: {
      sessionOpened: stay(['rememberUrl']),
      ...awaitingPayment,
    },
    // The deadline has passed: money that arrived before the page closed continues the order.
    expiring: {
      paymentSucceeded: pivot,
      paymentReviewed: review,
      paymentFailed: unpaid('cancelPaymentFailed'),
      paymentExpired: unpaid('cancelPaymentExpired'),
      timedOut: again(['requestExpiry']),
      cancelAsked: go('cancelling'),
      retryAsked: stay(['requestExpiry']),
      compensateAsked: abandon,
    },
    // A cancellation was requested: money that arrived meanwhile is refunded.
    cancelling: {
      paymentSucceeded: undo(['markPaid', 'releaseStock', 'refundAll'], cancel('cancelByRequest')),
      paymentReviewed: undo(['markReview', 'releaseStock', 'refundAll'], cancel('cancelByRequest')),
      paymentFailed: unpaid('cancelByRequest'),
      paymentExpired: unpaid('cancelByRequest'),
      timedOut: again(['requestExpiry']),
      cancelAsked: stay(),
      retryAsked: stay(['requestExpiry']),
      compensateAsked: abandon,
    },
    // An operator decides. No deadline: the reservation lapses by itself, and a commit would take free stock.
    reviewing: {
      paymentSucceeded: pivot,
      cancelAsked: undo(['releaseStock', 'refundAll'], cancel('cancelByRequest')),
      compensateAsked: undo(['releaseStock', 'refundAll'], cancel('cancelByRequest')),
    },
    // Paid, or free. Catalog answers with committed or rejected stock.
    committing: {
      stockCommitted: go('confirmed', ['confirm']),
      commitRejected: undo(['refundAll'], cancel('cancelOutOfStock')),
      timedOut: again(['commitStock']),
      cancelAsked: go('withdrawing'),
      retryAsked: stay(['commitStock']),
    },
    // Paid or free, then cancelled: waits until catalog has answered, then returns the stock and refunds once.
    withdrawing: {
      stockCommitted: undo(['returnStock', 'refundAll'], cancel('cancelByRequest')),
      commitRejected: undo(['refundAll'], cancel('cancelByRequest')),
      timedOut: again(['commitStock']),
      cancelAsked: stay(),
      retryAsked: stay(['commitStock']),
    },
    confirmed: {},
    // Late events are compensated.
    cancelled: {
      stockReserved: stay(['releaseStock']),
      stockCommitted: stay(['returnStock']),
      sessionOpened: stay(['requestExpiry']),
      paymentSucceeded: stay(['markPaid', 'refundAll']),
      paymentReviewed: stay(['markReview', 'refundAll']),
    },
  },
})

export type State = StateOf<typeof checkout>
export type Input = InputOf<typeof checkout>
export type Effect = EffectOf<typeof checkout>
