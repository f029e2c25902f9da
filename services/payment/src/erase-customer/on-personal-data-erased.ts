// An order of a closed account has ended: what payment still holds of its customer goes as well.
import { orderEvents } from '@cartwright/contracts'
import { on, recordErasure } from '@cartwright/messaging'
import type { PaymentDeps } from '../deps.ts'
import { erasePayer } from './erase.ts'

export const onPersonalDataErased = on(orderEvents.personalDataErased, async (tx, { data }, deps: PaymentDeps) => {
  await recordErasure(tx, data.orderId)
  await erasePayer(tx, [data.orderId], deps)
})
