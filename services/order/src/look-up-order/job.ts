// Mails the code of a lookup. A job, so that the answer takes the same time whether there is such an order or not.
import { job } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'
import { issueCode, type PreparedCode, prepareCode } from './codes.ts'

export interface Lookup {
  /** Null when nobody ordered that: then there is nothing to do. */
  orderId: string | null
}

export const sendLookupCode = job<Lookup, PreparedCode, OrderDeps>({
  kind: 'send-lookup-code',
  effect: (_, deps) => prepareCode(deps),
  apply: async (tx, { payload }, prepared) => {
    if (payload.orderId !== null) await issueCode(tx, payload.orderId, prepared)
  },
})
