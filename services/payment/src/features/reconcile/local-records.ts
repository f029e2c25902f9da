// Local records for a page of Stripe objects, and whether each row has been stable for a minute.
import { type Database, list } from '@cartwright/db'
import type { PaymentDisputeRow, PaymentRefundRow, PaymentRow } from '../../db/generated/rows.ts'
import { declinedChargesColumn } from '../../db/json-columns.ts'
import { isPrintableAscii } from '../../domain/printable-ascii.ts'
import type { StripeMetadata, StripeSession } from '../../integrations/stripe-client.ts'
import type { LocalDispute, LocalPayment, LocalRefund, Owner } from './compare.ts'

type Changed = Pick<PaymentRow, 'updated_at'>
type DatedRefund = Pick<PaymentRefundRow, 'order_id' | 'amount_minor' | 'state' | 'stripe_refund_id' | 'updated_at'>
type DatedDispute = Pick<PaymentDisputeRow, 'id' | 'status' | 'updated_at'>

/** The local rows as one reconciliation sees them. */
export interface LocalRecords {
  db: Database
  /** Rows that have not changed since then are stable. */
  stableBefore: Date
}

const stableAfterMs = 60_000

export const openLocalRecords = async (db: Database): Promise<LocalRecords> => {
  // The database's clock: it also writes updated_at.
  const started = await db.one<{ now: Date }>`SELECT ${db.dbNow} AS now`
  return { db, stableBefore: new Date((started?.now ?? new Date(0)).getTime() - stableAfterMs) }
}

const isStable = ({ stableBefore: standsSince }: LocalRecords, row: Changed): boolean => row.updated_at <= standsSince

const onlyPrintable = (values: readonly (string | null | undefined)[]): string[] =>
  values.filter((value) => isPrintableAscii(value, 120))

const toLocalPayment = (records: LocalRecords, row: PaymentRow): LocalPayment => ({
  orderId: row.order_id,
  state: row.state,
  amountMinor: row.amount_minor,
  currency: row.currency,
  sessionId: row.session_id,
  declined: declinedChargesColumn.parse(row.declined_charges),
  isStable: isStable(records, row),
})

/** The payments that a page of objects may belong to. */
const paymentsOf = (
  { db }: LocalRecords,
  by: { sessions?: readonly string[]; intents?: readonly (string | null)[]; orders: readonly (string | null | undefined)[] },
): Promise<PaymentRow[]> =>
  db.rows<PaymentRow>`SELECT * FROM payment
    WHERE session_id IN (${list(onlyPrintable(by.sessions ?? []))})
    OR payment_intent_id IN (${list(onlyPrintable(by.intents ?? []))})
    OR order_id IN (${list(onlyPrintable(by.orders))})`

/** Payments of sessions: by session id, or by the order id in the metadata. */
export const findSessionOwners = async (records: LocalRecords, page: readonly StripeSession[]) => {
  const rows = await paymentsOf(records, {
    sessions: page.map(({ id }) => id),
    orders: page.map(({ metadata }) => metadata?.orderId),
  })
  return (session: StripeSession): LocalPayment | null => {
    const row =
      rows.find(({ session_id: id }) => id === session.id) ?? rows.find(({ order_id: id }) => id === session.metadata?.orderId)
    return row ? toLocalPayment(records, row) : null
  }
}

type Named = { payment_intent: string | { id: string } | null; metadata: StripeMetadata | null }
const intentOf = ({ payment_intent: intent }: Named): string | null =>
  typeof intent === 'string' ? intent : (intent?.id ?? null)

/**
 * Payments of charges, refunds and disputes: by intent, or by the order id in the metadata. A payment without an intent may own
 * the object until it was updated from Stripe (`repaired`), which stores its intent.
 */
export const findOwners = async (records: LocalRecords, page: readonly Named[]) => {
  const rows = await paymentsOf(records, { intents: page.map(intentOf), orders: page.map(({ metadata }) => metadata?.orderId) })
  return (object: Named, repaired: boolean): Owner | null => {
    const intent = intentOf(object)
    const known = rows.find((row) => intent !== null && row.payment_intent_id === intent)
    const row = known ?? rows.find((candidate) => candidate.order_id === object.metadata?.orderId)
    if (row === undefined) return null
    return { payment: toLocalPayment(records, row), isOwn: row === known || (row.payment_intent_id === null && !repaired) }
  }
}

export const findLocalRefunds = async (records: LocalRecords, page: readonly { id: string }[]) => {
  const rows = await records.db
    .rows<DatedRefund>`SELECT order_id, amount_minor, state, stripe_refund_id, updated_at FROM payment_refund
    WHERE stripe_refund_id IN (${list(onlyPrintable(page.map(({ id }) => id)))})`
  return ({ id }: { id: string }): LocalRefund | null => {
    const row = rows.find((candidate) => candidate.stripe_refund_id === id)
    return row ? { state: row.state, amountMinor: row.amount_minor, isStable: isStable(records, row) } : null
  }
}

export const findLocalDisputes = async (records: LocalRecords, page: readonly { id: string }[]) => {
  const rows = await records.db.rows<DatedDispute>`SELECT id, status, updated_at FROM payment_dispute
    WHERE id IN (${list(onlyPrintable(page.map(({ id }) => id)))})`
  return ({ id }: { id: string }): LocalDispute | null => {
    const row = rows.find((candidate) => candidate.id === id)
    return row ? { status: row.status, isStable: isStable(records, row) } : null
  }
}
