// Job that sends the code of a lookup, so that the response takes the same time for existing and unknown orders.
import { orderEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { job } from '../../deps.ts'
import { codeMailOf, issueCode, type PreparedCode, prepareCode } from '../../domain/order-codes.ts'

export interface Lookup {
  /** Null when no order matches: the job does nothing. */
  orderId: string | null
}

export const sendLookupCode = job<Lookup, PreparedCode>({
  kind: 'send-lookup-code',
  effect: ({ deps }) => prepareCode(deps),
  apply: async ({ tx, item: { payload }, result: prepared }) => {
    const row = payload.orderId === null ? null : await issueCode(tx, payload.orderId, 'lookup', prepared)
    if (row !== null) await publish(tx, orderEvents.lookupRequested, codeMailOf(row, prepared))
  },
})
