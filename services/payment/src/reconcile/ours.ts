// What our rows say of the objects on a page of Stripe's, and since when they have stood as they are.
import { type Database, list } from '@cartwright/db'
import type Stripe from 'stripe'
import type { PaymentRow, RefundRow } from '../db/payments.ts'
import { isPlain } from '../plain.ts'
import type { OurDispute, OurPayment, OurRefund, Owner } from './compare.ts'

interface Changed {
  updated_at: Date
}
export type DatedPayment = PaymentRow & Changed
type DatedRefund = Pick<RefundRow, 'order_id' | 'amount_minor' | 'state' | 'stripe_refund_id'> & Changed
interface DatedDispute extends Changed {
  id: string
  status: string
}

/** Our rows as a comparison sees them. */
export interface Ours {
  db: Database
  /** Rows that have not changed since then stand. */
  standsSince: Date
}

const standingMs = 60_000

/** @returns how our rows are to be seen by a comparison that begins now */
export const beginComparison = async (db: Database): Promise<Ours> => {
  // By the same clock that rows are written with.
  const began = await db.one<{ now: Date }>`SELECT ${db.dbNow} AS now`
  return { db, standsSince: new Date((began?.now ?? new Date(0)).getTime() - standingMs) }
}

const stands = ({ standsSince }: Ours, row: Changed): boolean => row.updated_at <= standsSince

const plain = (values: readonly (string | null | undefined)[]): string[] => values.filter((value) => isPlain(value, 120))

const ourPayment = (ours: Ours, row: DatedPayment): OurPayment => ({
  orderId: row.order_id,
  state: row.state,
  amountMinor: row.amount_minor,
  currency: row.currency,
  sessionId: row.session_id,
  declined: JSON.parse(row.declined_charges) as string[],
  stands: stands(ours, row),
})

/** Our payments that a page of objects may belong to. */
const paymentsOf = (
  { db }: Ours,
  by: { sessions?: readonly string[]; intents?: readonly (string | null)[]; orders: readonly (string | null | undefined)[] },
): Promise<DatedPayment[]> =>
  db.rows<DatedPayment>`SELECT * FROM payment WHERE session_id IN (${list(plain(by.sessions ?? []))}) OR payment_intent_id IN (${list(plain(by.intents ?? []))})
    OR order_id IN (${list(plain(by.orders))})`

/** The payments of sessions: by the session, or by the order that it names. */
export const sessionOwners = async (ours: Ours, page: readonly Stripe.Checkout.Session[]) => {
  const rows = await paymentsOf(ours, {
    sessions: page.map(({ id }) => id),
    orders: page.map(({ metadata }) => metadata?.orderId),
  })
  return (session: Stripe.Checkout.Session): OurPayment | null => {
    const row =
      rows.find(({ session_id: id }) => id === session.id) ?? rows.find(({ order_id: id }) => id === session.metadata?.orderId)
    return row ? ourPayment(ours, row) : null
  }
}

type Named = { payment_intent: string | { id: string } | null; metadata: Stripe.Metadata | null }
const intentOf = ({ payment_intent: intent }: Named): string | null =>
  typeof intent === 'string' ? intent : (intent?.id ?? null)

/**
 * The payments of charges, refunds and disputes: by the intent, or by the order that the object names. A payment whose intent we
 * have not heard of yet may own the object, until its session was read again (`mended`): by then its intent is known.
 */
export const owners = async (ours: Ours, page: readonly Named[]) => {
  const rows = await paymentsOf(ours, { intents: page.map(intentOf), orders: page.map(({ metadata }) => metadata?.orderId) })
  return (object: Named, mended: boolean): Owner | null => {
    const intent = intentOf(object)
    const known = rows.find((row) => intent !== null && row.payment_intent_id === intent)
    const row = known ?? rows.find((candidate) => candidate.order_id === object.metadata?.orderId)
    if (row === undefined) return null
    return { payment: ourPayment(ours, row), own: row === known || (row.payment_intent_id === null && !mended) }
  }
}

export const refundsOf = async (ours: Ours, page: readonly { id: string }[]) => {
  const rows = await ours.db
    .rows<DatedRefund>`SELECT order_id, amount_minor, state, stripe_refund_id, updated_at FROM payment_refund
    WHERE stripe_refund_id IN (${list(plain(page.map(({ id }) => id)))})`
  return ({ id }: { id: string }): OurRefund | null => {
    const row = rows.find((candidate) => candidate.stripe_refund_id === id)
    return row ? { state: row.state, amountMinor: row.amount_minor, stands: stands(ours, row) } : null
  }
}

export const disputesOf = async (ours: Ours, page: readonly { id: string }[]) => {
  const rows = await ours.db.rows<DatedDispute>`SELECT id, status, updated_at FROM payment_dispute
    WHERE id IN (${list(plain(page.map(({ id }) => id)))})`
  return ({ id }: { id: string }): OurDispute | null => {
    const row = rows.find((candidate) => candidate.id === id)
    return row ? { status: row.status, stands: stands(ours, row) } : null
  }
}
