// Event handlers of the checkout saga: one for each event of its table, and for `catalog.stock-returned`.
import { AppError, catalogEvents, type EventContract } from '@cartwright/contracts'
import { eventsOf, inputOf } from '@cartwright/messaging'
import { on } from '../../deps.ts'
import { checkoutSaga } from './effects.ts'
import { checkout } from './saga.ts'

/** Feeds the input that the table names for the event; an event without an input is only recorded for the inspector. */
const createHandler = (event: EventContract) =>
  on(event, async ({ tx, message: { key, type, data }, deps }) => {
    const input = inputOf(checkout, type, data)
    if (input === null) return checkoutSaga.note(tx, key, type)
    const state = await checkoutSaga.feed(tx, key, input, data, deps)
    // An event of an unknown checkout may concern money, so it becomes a dead letter that an operator sees.
    if (state === null && (await checkoutSaga.lockState(tx, key)) === null)
      throw new AppError('not_found', { detail: `no checkout ${key}` })
  })

/** A stock return changes no state, so the table does not name it; the inspector shows it. */
export const checkoutHandlers = [...eventsOf(checkout), catalogEvents.stockReturned].map(createHandler)
