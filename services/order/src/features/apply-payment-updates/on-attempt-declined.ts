// Consumer of `payment.attempt-declined`: stores the newest decline, so that the shopper sees why the card was refused.
import { paymentEvents } from '@cartwright/contracts'
import { lastDeclineColumn } from '../../db/json-columns.ts'
import { changeOrder, lockOrder } from '../../db/orders.ts'
import { on } from '../../deps.ts'
import { checkoutSaga } from '../../domain/checkout-saga/effects.ts'

export const onAttemptDeclined = on(paymentEvents.attemptDeclined, async ({ tx, message: { type, data, at } }) => {
  await checkoutSaga.note(tx, data.orderId, type)
  const row = await lockOrder(tx, data.orderId)
  const decline = { at: at.toISOString(), declineCode: data.declineCode }
  await changeOrder(tx, row, { last_decline: lastDeclineColumn.stringify(decline) })
})
