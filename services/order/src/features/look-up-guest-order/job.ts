// Job that sends the code of a lookup, so that the response takes the same time for existing and unknown orders.
import { job } from '../../deps.ts'
import { issueCode, type PreparedCode, prepareCode } from './codes.ts'

export interface Lookup {
  /** Null when no order matches: the job does nothing. */
  orderId: string | null
}

export const sendLookupCode = job<Lookup, PreparedCode>({
  kind: 'send-lookup-code',
  effect: ({ deps }) => prepareCode(deps),
  apply: async ({ tx, item: { payload }, result: prepared }) => {
    if (payload.orderId !== null) await issueCode(tx, payload.orderId, prepared)
  },
})
