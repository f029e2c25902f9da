// What happens next to an order, as one table. Before the pivot (`succeeded`) failures compensate; after it there is only forward.
import { again, go, type Step, saga, stay, undo } from '@cartwright/messaging'

export type State = 'reserving' | 'opening' | 'paying' | 'expiring' | 'cancelling' | 'committing' | 'confirmed' | 'cancelled'
export type Input =
  | 'stockReserved' | 'stockRejected' | 'commitRejected' | 'stockCommitted'
  | 'sessionOpened' | 'paymentSucceeded' | 'paymentFailed' | 'paymentExpired' | 'cancelAsked'
export type Effect =
  | 'requestStock' | 'releaseStock' | 'commitStock' | 'requestPayment' | 'requestExpiry' | 'rememberUrl' | 'markPaid' | 'confirm' | 'refundAll'
  | 'cancelOutOfStock' | 'cancelReservationTimeout' | 'cancelPaymentFailed' | 'cancelPaymentExpired' | 'cancelByRequest'

export const inputs: readonly Input[] = [
  'stockReserved', 'stockRejected', 'commitRejected', 'stockCommitted', 'sessionOpened', 'paymentSucceeded', 'paymentFailed', 'paymentExpired', 'cancelAsked',
]

const cancel = (why: Effect): Step<State, Effect> => go('cancelled', [why])
/** Money for an order that still wants it: recorded, then the stock becomes sold. */
const pivot = go<State, Effect>('committing', ['markPaid', 'commitStock'])
/** Money for an order that no longer wants it: recorded and sent back, once. */
const sendBack: readonly Effect[] = ['markPaid', 'refundAll']

export const checkout = saga<State, Input, Effect>({
  name: 'checkout',
  initial: 'reserving',
  terminal: ['confirmed', 'cancelled'],
  deadlineSec: { reserving: 15, opening: 600, paying: 2100, expiring: 30, cancelling: 30, committing: 15 },
  states: {
    reserving: {
      stockReserved: go('opening', ['requestPayment']),
      stockRejected: cancel('cancelOutOfStock'),
      timedOut: again(['requestStock'], 3, undo(['releaseStock'], cancel('cancelReservationTimeout'))),
      cancelAsked: undo(['releaseStock'], cancel('cancelByRequest')),
    },
    opening: {
      sessionOpened: go('paying', ['rememberUrl']),
      paymentSucceeded: pivot,
      paymentFailed: undo(['releaseStock'], cancel('cancelPaymentFailed')),
      paymentExpired: undo(['releaseStock'], cancel('cancelPaymentExpired')),
      timedOut: go('expiring', ['requestExpiry']),
      cancelAsked: go('cancelling', ['requestExpiry']),
    },
    paying: {
      sessionOpened: stay(['rememberUrl']),
      paymentSucceeded: pivot,
      paymentFailed: undo(['releaseStock'], cancel('cancelPaymentFailed')),
      paymentExpired: undo(['releaseStock'], cancel('cancelPaymentExpired')),
      timedOut: go('expiring', ['requestExpiry']),
      cancelAsked: go('cancelling', ['requestExpiry']),
    },
    expiring: {
      sessionOpened: stay(['rememberUrl']),
      paymentSucceeded: pivot,
      paymentFailed: undo(['releaseStock'], cancel('cancelPaymentFailed')),
      paymentExpired: undo(['releaseStock'], cancel('cancelPaymentExpired')),
      timedOut: again(['requestExpiry']),
      cancelAsked: go('cancelling', []),
    },
    cancelling: {
      paymentSucceeded: undo(['markPaid', 'releaseStock', 'refundAll'], cancel('cancelByRequest')),
      paymentFailed: undo(['releaseStock'], cancel('cancelByRequest')),
      paymentExpired: undo(['releaseStock'], cancel('cancelByRequest')),
      timedOut: again(['requestExpiry']),
      cancelAsked: stay(),
    },
    committing: {
      stockCommitted: go('confirmed', ['confirm']),
      commitRejected: undo(['refundAll'], cancel('cancelOutOfStock')),
      timedOut: again(['commitStock']),
    },
    confirmed: {},
    cancelled: {
      stockReserved: stay(['releaseStock']),
      sessionOpened: stay(['requestExpiry']),
      paymentSucceeded: stay(sendBack),
    },
  },
})
