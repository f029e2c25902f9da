// Event handler that erases the remaining personal data of an order whose customer was erased.
import { orderEvents } from '@cartwright/contracts'
import { recordErasure } from '@cartwright/messaging'
import { on } from '../../deps.ts'
import { erasePayer } from './erase.ts'

export const onPersonalDataErased = on(orderEvents.personalDataErased, async ({ tx, message: { data }, deps }) => {
  await recordErasure(tx, data.orderId)
  await erasePayer({ tx, subjectIds: [data.orderId], deps })
})
