// Job that sends the code of a withdrawal, so that the response takes the same time for existing and unknown orders.
import { orderEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { job } from '../../deps.ts'
import { codeMailOf, issueCode, type PreparedCode, prepareCode } from '../../domain/order-codes.ts'

export const codeKind = 'send-withdrawal-code'

export interface Claimed {
  /** Null when no order matches: the job does nothing. */
  orderId: string | null
}

export const sendWithdrawalCode = job<Claimed, PreparedCode>({
  kind: codeKind,
  effect: ({ deps }) => prepareCode(deps),
  apply: async ({ tx, item: { payload }, result: prepared }) => {
    const row = payload.orderId === null ? null : await issueCode(tx, payload.orderId, 'withdrawal', prepared)
    if (row !== null) await publish(tx, orderEvents.withdrawalRequested, codeMailOf(row, prepared))
  },
})
