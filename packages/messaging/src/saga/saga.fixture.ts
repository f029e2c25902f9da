// Sample saga with everything that a table can express: steps, repeats, compensation, late successes, a deadline set by an effect.
import { again, type EffectOf, go, type InputOf, request, type StateOf, saga, stay, undo } from './saga.ts'

/** Stock first, then money; every way out of it gives back what was asked for. */
export const purchase = saga({
  name: 'purchase',
  inputs: { reserved: request, rejected: request, opened: request, paid: request, cancelAsked: request },
  initial: 'reserving',
  terminal: ['done', 'cancelled'],
  deadline: { reserving: 'reserveTimeoutSec', paying: 'payingTimeoutSec' },
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

export type State = StateOf<typeof purchase>
export type Input = InputOf<typeof purchase>
export type Effect = EffectOf<typeof purchase>
