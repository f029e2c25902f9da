// Payment's part of I1 and I3 over the payments and refunds that are new or were settled lately and a slice of the older ones, read in one statement each.
import { type Database, raw, type Sql, sql } from '@cartwright/db'
import { invariant, keptViolations, type Round, type Row } from '@cartwright/messaging'
import type { PaymentState } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { type RefundBooks, refundTrouble, stateTrouble } from './rules.ts'

const newest = 1000

type Table = 'payment' | 'payment_refund'

/** Orders whose payments are looked at. Ids ascend with time; whatever becomes of an older payment is announced; and the next of the table's older rows. */
const lookedAt = async (db: Database, round: Round, table: Table): Promise<Sql> => {
  const older = await round.older(db, table, ['id'])
  return sql`(SELECT order_id FROM (SELECT order_id FROM payment ORDER BY id DESC LIMIT ${newest}) asked
  UNION SELECT order_id FROM (SELECT order_id FROM payment_refund ORDER BY id DESC LIMIT ${newest}) refunded
  UNION SELECT aggregate_id FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newest}) told
    WHERE aggregate_type = 'payment'
  UNION SELECT it.order_id FROM (${older}) slice JOIN ${raw(table)} it ON it.id = slice.id) looked`
}

const rowsOf = (table: Table, rows: readonly { id: string }[]): Row[] => rows.map(({ id }) => ({ table, key: [id] }))

interface StateRow {
  id: string
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
  find: async ({ db }, round) => {
    const rows = await db.rows<StateRow>`SELECT p.id, p.order_id, p.state, p.amount_minor, p.captured_minor, p.session_id, p.url
      FROM ${await lookedAt(db, round, 'payment')} JOIN payment p ON p.order_id = looked.order_id ORDER BY p.order_id`
    const doubles = [...Map.groupBy(rows, ({ order_id }) => order_id)].filter(([, payments]) => payments.length > 1)
    const troubled = rows.flatMap((row) => {
      const {
        state,
        amount_minor: amountMinor,
        captured_minor: capturedMinor,
        session_id: sessionId,
        url,
        order_id: orderId,
      } = row
      const trouble = stateTrouble({ state, amountMinor, capturedMinor, sessionId, url })
      return trouble === null
        ? []
        : [{ id: orderId, account: `the payment of ${orderId} ${trouble}`, rows: rowsOf('payment', [row]) }]
    })
    const twice = doubles.map(([id, payments]) => ({
      id: `${id} twice`,
      account: `${id} has ${payments.length} payments`,
      rows: rowsOf('payment', payments),
    }))
    return [...twice, ...troubled].slice(0, keptViolations)
  },
})

interface RefundedRow extends RefundBooks {
  id: string
  order_id: string
  captured_minor: number
}

export const refundsCovered = invariant<PaymentDeps>({
  name: 'I1-refunds-covered',
  sentence: 'no more money goes back than was captured',
  find: async ({ db }, round) => {
    const rows =
      await db.rows<RefundedRow>`SELECT f.id, f.order_id, f.amount_minor, f.state, f.origin, COALESCE(p.captured_minor, 0) AS captured_minor
      FROM ${await lookedAt(db, round, 'payment_refund')} JOIN payment_refund f ON f.order_id = looked.order_id LEFT JOIN payment p ON p.order_id = f.order_id`
    return [...Map.groupBy(rows, ({ order_id }) => order_id)]
      .flatMap(([id, refunds]) => {
        const trouble = refundTrouble(refunds[0]?.captured_minor ?? 0, refunds)
        return trouble === null
          ? []
          : [{ id, account: `the payment of ${id} ${trouble}`, rows: rowsOf('payment_refund', refunds) }]
      })
      .slice(0, keptViolations)
  },
})
