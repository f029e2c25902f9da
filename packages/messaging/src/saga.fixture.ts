// A small saga with everything a table can say: steps, repeats, compensation, late successes, a deadline set by an effect.
import { again, go, saga, stay, undo } from './saga.ts'

export type State = 'reserving' | 'paying' | 'done' | 'cancelled'
export type Input = 'reserved' | 'rejected' | 'opened' | 'paid' | 'cancelAsked'
export type Effect = 'askStock' | 'releaseStock' | 'askPayment' | 'rememberDeadline' | 'confirm' | 'refund'

export const inputs: readonly Input[] = ['reserved', 'rejected', 'opened', 'paid', 'cancelAsked']

/** Stock first, then money; every way out of it gives back what was asked for. */
export const purchase = saga<State, Input, Effect>({
  name: 'purchase',
  initial: 'reserving',
  terminal: ['done', 'cancelled'],
  deadlineSec: { reserving: 60, paying: 600 },
  states: {
    reserving: {
      reserved: go('paying', ['askPayment']),
      rejected: go('cancelled'),
      cancelAsked: undo(['releaseStock'], go('cancelled')),
      timedOut: again(['askStock'], 2, undo(['releaseStock'], go('cancelled'))),
    },
    paying: {
      opened: stay(['rememberDeadline']),
      paid: go('done', ['confirm']),
      cancelAsked: undo(['releaseStock'], go('cancelled')),
      timedOut: undo(['releaseStock'], go('cancelled')),
    },
    done: {},
    cancelled: { reserved: stay(['releaseStock']), paid: stay(['refund']) },
  },
})
