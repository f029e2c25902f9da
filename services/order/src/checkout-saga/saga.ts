// What happens next to an order, as one table. Before the pivot (`paymentSucceeded`) failures compensate; after it there is only forward.
import { again, go, type Step, saga, stay, undo } from '@cartwright/messaging'

export type State =
  | 'reserving'
  | 'opening'
  | 'paying'
  | 'expiring'
  | 'cancelling'
  | 'reviewing'
  | 'committing'
  | 'withdrawing'
  | 'confirmed'
  | 'cancelled'

/** Answers of catalog and payment, then what people ask for. */
export type Input =
  | 'stockReserved'
  | 'stockRejected'
  | 'stockLapsed'
  | 'stockCommitted'
  | 'commitRejected'
  | 'sessionOpened'
  | 'paymentSucceeded'
  | 'paymentFailed'
  | 'paymentExpired'
  | 'paymentReviewed'
  | 'cancelAsked'
  | 'retryAsked'
  | 'compensateAsked'

export type Effect =
  | 'requestStock'
  | 'releaseStock'
  | 'commitStock'
  | 'returnStock'
  | 'requestPayment'
  | 'requestExpiry'
  | 'rememberUrl'
  | 'markPaid'
  | 'markReview'
  | 'confirm'
  | 'refundAll'
  | 'cancelOutOfStock'
  | 'cancelReservationTimeout'
  | 'cancelPaymentFailed'
  | 'cancelPaymentExpired'
  | 'cancelByRequest'

export const inputs: readonly Input[] = [
  'stockReserved',
  'stockRejected',
  'stockLapsed',
  'stockCommitted',
  'commitRejected',
  'sessionOpened',
  'paymentSucceeded',
  'paymentFailed',
  'paymentExpired',
  'paymentReviewed',
  'cancelAsked',
  'retryAsked',
  'compensateAsked',
]

const cancel = (why: Effect): Step<State, Effect> => go('cancelled', [why])
/** Money for an order that still wants it: recorded, then the stock becomes sold. */
const pivot = go<State, Effect>('committing', ['markPaid', 'commitStock'])
/** Money of another amount than was asked for: recorded, and an operator looks at it. Nothing is sold, and nobody asks payment any more. */
const review = go<State, Effect>('reviewing', ['markReview'])
/** No money will come. */
const unpaid = (why: Effect): Step<State, Effect> => undo(['releaseStock'], cancel(why))
/** An operator's way out without waiting for payment's answer: money that comes after all is sent back by the rows of `cancelled`. */
const abandon = undo<State, Effect>(['requestExpiry', 'releaseStock'], cancel('cancelByRequest'))
/** Only payment's answer decides how a page that is asked to close has ended. */
const close = (to: State): Step<State, Effect> => go(to, ['requestExpiry'])

export const checkout = saga<State, Input, Effect>({
  name: 'checkout',
  initial: 'reserving',
  terminal: ['confirmed', 'cancelled'],
  deadlineSec: { reserving: 30, opening: 1500, paying: 2100, expiring: 30, cancelling: 30, committing: 15, withdrawing: 15 },
  states: {
    reserving: {
      stockReserved: go('opening', ['requestPayment']),
      stockRejected: cancel('cancelOutOfStock'),
      timedOut: again(['requestStock'], 3, unpaid('cancelReservationTimeout')),
      cancelAsked: unpaid('cancelByRequest'),
      retryAsked: stay(['requestStock']),
      compensateAsked: unpaid('cancelByRequest'),
    },
    opening: {
      sessionOpened: go('paying', ['rememberUrl']),
      paymentSucceeded: pivot,
      paymentReviewed: review,
      paymentFailed: unpaid('cancelPaymentFailed'),
      paymentExpired: unpaid('cancelPaymentExpired'),
      stockLapsed: close('expiring'),
      timedOut: close('expiring'),
      cancelAsked: close('cancelling'),
      retryAsked: stay(['requestPayment']),
      compensateAsked: abandon,
    },
    paying: {
      sessionOpened: stay(['rememberUrl']),
      paymentSucceeded: pivot,
      paymentReviewed: review,
      paymentFailed: unpaid('cancelPaymentFailed'),
      paymentExpired: unpaid('cancelPaymentExpired'),
      stockLapsed: close('expiring'),
      timedOut: close('expiring'),
      cancelAsked: close('cancelling'),
      retryAsked: stay(['requestPayment']),
      compensateAsked: abandon,
    },
    // The time is up: money that arrived in it goes forward.
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
    // Somebody wants to cancel: money that arrived meanwhile goes back.
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
    // Payment decides nothing more; an operator does. No deadline: the hold lapses by itself, and a commit would take free stock.
    reviewing: {
      paymentSucceeded: pivot,
      cancelAsked: undo(['releaseStock', 'refundAll'], cancel('cancelByRequest')),
      compensateAsked: undo(['releaseStock', 'refundAll'], cancel('cancelByRequest')),
    },
    // Paid. Catalog must answer: sold, or nothing left.
    committing: {
      stockCommitted: go('confirmed', ['confirm']),
      commitRejected: undo(['refundAll'], cancel('cancelOutOfStock')),
      timedOut: again(['commitStock']),
      cancelAsked: go('withdrawing'),
      retryAsked: stay(['commitStock']),
    },
    // Paid, and then somebody wants to cancel: forward until catalog has answered, then everything goes back once.
    withdrawing: {
      stockCommitted: undo(['returnStock', 'refundAll'], cancel('cancelByRequest')),
      commitRejected: undo(['refundAll'], cancel('cancelByRequest')),
      timedOut: again(['commitStock']),
      cancelAsked: stay(),
      retryAsked: stay(['commitStock']),
    },
    confirmed: {},
    // What comes late is undone.
    cancelled: {
      stockReserved: stay(['releaseStock']),
      stockCommitted: stay(['returnStock']),
      sessionOpened: stay(['requestExpiry']),
      paymentSucceeded: stay(['markPaid', 'refundAll']),
      paymentReviewed: stay(['markReview', 'refundAll']),
    },
  },
})
