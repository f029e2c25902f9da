// Releases a reservation when order requests it.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { release } from './reservations.ts'

export const onStockReleaseRequested = on(orderEvents.stockReleaseRequested, ({ tx, message: { data } }) =>
  release(tx, data, 'requested'),
)
