// Codecs of JSON columns, each with its schema. `message.content` has none: its type belongs to the template.
import { Money, OneOf, Time } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { type Static, Type } from 'typebox'

/** A declined attempt or a failed payment, as an alert lists it. */
const PaymentFailure = Type.Object({
  kind: OneOf('declined', 'failed'),
  orderId: Type.String(),
  number: Type.String(),
  amount: Money,
  reason: Type.String(),
  at: Time,
})
export type PaymentFailure = Static<typeof PaymentFailure>

export const failureColumn = json('alert_item.news', PaymentFailure)
