// Invariants I1 and I3 of payment. Each scan reads the newest rows, recently published payments and a slice of older rows.
import { type Database, raw, type Sql, sql } from '@cartwright/db'
import { maxViolations, type Row, recentlyPublished, type Scan } from '@cartwright/messaging'
import type { PaymentRefundRow, PaymentRow } from '../db/generated/rows.ts'
import { invariant } from '../deps.ts'
import { findRefundProblem, findStateProblem, type RefundFigures } from './rules.ts'

const newest = 1000

type Table = 'payment' | 'payment_refund'

/** Orders to check: the newest payments and refunds, recently published ones, and the next slice of older rows. */
const selectCandidates = async (db: Database, scan: Scan, table: Table): Promise<Sql> => {
  const slice = await scan.older(db, table, ['id'])
  return sql`(SELECT order_id FROM (SELECT order_id FROM payment ORDER BY id DESC LIMIT ${newest}) newest_payments
  UNION SELECT order_id FROM (SELECT order_id FROM payment_refund ORDER BY id DESC LIMIT ${newest}) newest_refunds
  UNION ${recentlyPublished('payment', newest)}
  UNION SELECT row_of.order_id FROM (${slice}) older JOIN ${raw(table)} row_of ON row_of.id = older.id) candidates`
}

const rowsOf = (table: Table, rows: readonly { id: string }[]): Row[] => rows.map(({ id }) => ({ table, key: [id] }))

type StateRow = Pick<PaymentRow, 'id' | 'order_id' | 'state' | 'amount_minor' | 'captured_minor' | 'session_id' | 'url'>

export const onePage = invariant({
  name: 'I3-one-page',
  sentence: 'an order has one payment, and money is captured exactly when its state says so',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<StateRow>`SELECT p.id, p.order_id, p.state, p.amount_minor, p.captured_minor, p.session_id, p.url
      FROM ${await selectCandidates(db, scan, 'payment')}
      JOIN payment p ON p.order_id = candidates.order_id
      ORDER BY p.order_id`
    const duplicates = [...Map.groupBy(rows, ({ order_id }) => order_id)].filter(([, payments]) => payments.length > 1)
    const inconsistent = rows.flatMap((row) => {
      const {
        state,
        amount_minor: amountMinor,
        captured_minor: capturedMinor,
        session_id: sessionId,
        url,
        order_id: orderId,
      } = row
      const problem = findStateProblem({ state, amountMinor, capturedMinor, sessionId, url })
      return problem === null
        ? []
        : [{ id: orderId, description: `the payment of ${orderId} ${problem}`, rows: rowsOf('payment', [row]) }]
    })
    const twice = duplicates.map(([id, payments]) => ({
      id: `${id} twice`,
      description: `${id} has ${payments.length} payments`,
      rows: rowsOf('payment', payments),
    }))
    return [...twice, ...inconsistent].slice(0, maxViolations)
  },
})

interface RefundedRow extends RefundFigures, Pick<PaymentRefundRow, 'id' | 'order_id'>, Pick<PaymentRow, 'captured_minor'> {}

export const refundsCovered = invariant({
  name: 'I1-refunds-covered',
  sentence: 'refunds never exceed the captured amount',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<RefundedRow>`SELECT f.id, f.order_id, f.amount_minor, f.state, f.origin,
        COALESCE(p.captured_minor, 0) AS captured_minor
      FROM ${await selectCandidates(db, scan, 'payment_refund')} 
      JOIN payment_refund f ON f.order_id = candidates.order_id
      LEFT JOIN payment p ON p.order_id = f.order_id`
    return [...Map.groupBy(rows, ({ order_id }) => order_id)]
      .flatMap(([id, refunds]) => {
        const problem = findRefundProblem(refunds[0]?.captured_minor ?? 0, refunds)
        return problem === null
          ? []
          : [{ id, description: `the payment of ${id} ${problem}`, rows: rowsOf('payment_refund', refunds) }]
      })
      .slice(0, maxViolations)
  },
})
