// How an order stands, as the page after the hosted payment page shows it.
import { type Static, Type } from 'typebox'
import { Nullable, named, Time } from '../common.ts'
import { OrderMessage } from './message.ts'
import { PaymentViewState } from './status.ts'

export const ReturnView = named(
  'ReturnView',
  Type.Object({
    number: Type.String(),
    state: PaymentViewState,
    url: Nullable(Type.String({ description: 'The hosted payment page, as long as the order can be paid there' })),
    expiresAt: Nullable(Time),
    message: OrderMessage,
  }),
)
export type ReturnView = Static<typeof ReturnView>
