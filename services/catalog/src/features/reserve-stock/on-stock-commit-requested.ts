// Sells the stock of a reservation when order requests it.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { commit } from './reservations.ts'

export const onStockCommitRequested = on(orderEvents.stockCommitRequested, ({ tx, message: { data } }) => commit(tx, data))
