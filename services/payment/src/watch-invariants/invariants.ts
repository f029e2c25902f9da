// Payment's part of I1 and I3 over the payments and refunds that are new or were settled lately, read in one statement each.
import { sql } from '@cartwright/db'
import { invariant, keptViolations } from '@cartwright/messaging'
import type { PaymentState } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { type RefundBooks, refundTrouble, stateTrouble } from './rules.ts'

const newest = 1000

/** Ids ascend with time; and whatever becomes of an older payment is announced. */
const recentPayments = sql`(SELECT order_id FROM (SELECT order_id FROM payment ORDER BY id DESC LIMIT ${newest}) asked
  UNION SELECT order_id FROM (SELECT order_id FROM payment_refund ORDER BY id DESC LIMIT ${newest}) refunded
  UNION SELECT aggregate_id FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newest}) told
    WHERE aggregate_type = 'payment') recent`

interface StateRow {
  order_id: string
  state: PaymentState
  amount_minor: number
  captured_minor: number
  session_id: string | null
  url: string | null
}

export const onePage = invariant<PaymentDeps>({
  name: 'I3-one-page',
  sentence: 'an order has one payment page, and money is there exactly when the payment says so',
  find: async ({ db }) => {
    const rows = await db.rows<StateRow>`SELECT p.order_id, p.state, p.amount_minor, p.captured_minor, p.session_id, p.url
      FROM ${recentPayments} JOIN payment p ON p.order_id = recent.order_id ORDER BY p.order_id`
    const doubles = [...Map.groupBy(rows, ({ order_id }) => order_id)].filter(([, payments]) => payments.length > 1)
    const troubled = rows.flatMap((row) => {
      const { state, amount_minor: amountMinor, captured_minor: capturedMinor, session_id: sessionId, url, order_id: id } = row
      const trouble = stateTrouble({ state, amountMinor, capturedMinor, sessionId, url })
      return trouble === null ? [] : [{ id, account: `the payment of ${id} ${trouble}` }]
    })
    const twice = doubles.map(([id, payments]) => ({ id: `${id} twice`, account: `${id} has ${payments.length} payments` }))
    return [...twice, ...troubled].slice(0, keptViolations)
  },
})

interface RefundedRow extends RefundBooks {
  order_id: string
  captured_minor: number
}

export const refundsCovered = invariant<PaymentDeps>({
  name: 'I1-refunds-covered',
  sentence: 'no more money goes back than was captured',
  find: async ({ db }) => {
    const rows =
      await db.rows<RefundedRow>`SELECT f.order_id, f.amount_minor, f.state, f.origin, COALESCE(p.captured_minor, 0) AS captured_minor
      FROM ${recentPayments} JOIN payment_refund f ON f.order_id = recent.order_id LEFT JOIN payment p ON p.order_id = f.order_id`
    return [...Map.groupBy(rows, ({ order_id }) => order_id)]
      .flatMap(([id, refunds]) => {
        const trouble = refundTrouble(refunds[0]?.captured_minor ?? 0, refunds)
        return trouble === null ? [] : [{ id, account: `the payment of ${id} ${trouble}` }]
      })
      .slice(0, keptViolations)
  },
})
