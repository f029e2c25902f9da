// Reserves stock when order requests it.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { reserve } from './reservations.ts'

export const onStockRequested = on(orderEvents.stockRequested, ({ tx, message: { data } }) => reserve(tx, data))
