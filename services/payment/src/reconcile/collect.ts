// Reads Stripe's lists page by page and our rows beside them, and tells where they differ.
import { type Database, list, sql } from '@cartwright/db'
import type Stripe from 'stripe'
import { chargeFacts, disputeFacts, refundFacts, sessionStatus } from '../apply-stripe/snapshot.ts'
import type { PaymentRow, RefundRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { fromStripe } from '../stripe-amount.ts'
import { compareCharge, compareDispute, compareRefund, compareSession, type Finding, type OurPayment } from './compare.ts'

export interface Collected {
  compared: number
  findings: Finding[]
}

type Query = { limit: number; starting_after?: string }

/** Hands every page of a list to `see`, newest first. */
export const eachPage = async <T extends { id: string }>(
  read: (query: Query) => Promise<{ data: T[]; has_more: boolean }>,
  see: (page: readonly T[]) => Promise<void>,
): Promise<void> => {
  let query: Query = { limit: 100 }
  for (;;) {
    const { data, has_more: more } = await read(query)
    if (data.length > 0) await see(data)
    const last = data.at(-1)
    if (!more || last === undefined) return
    query = { limit: 100, starting_after: last.id }
  }
}

const ourPayment = (row: PaymentRow): OurPayment => ({
  orderId: row.order_id,
  state: row.state,
  amountMinor: row.amount_minor,
  currency: row.currency,
  sessionId: row.session_id,
  declined: JSON.parse(row.declined_charges) as string[],
})

const idOf = (reference: string | { id: string } | null | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null)
const plain = (values: readonly (string | null | undefined)[]): string[] =>
  values.filter((value): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,120}$/.test(value))

/** Our payments that a page of objects may belong to. */
const paymentsOf = (
  db: Database,
  by: { sessions?: readonly string[]; intents?: readonly (string | null)[]; orders?: readonly (string | null | undefined)[] },
): Promise<PaymentRow[]> =>
  db.rows<PaymentRow>`SELECT * FROM payment WHERE session_id IN (${list(plain(by.sessions ?? []))}) OR payment_intent_id IN (${list(plain(by.intents ?? []))})
    OR order_id IN (${list(plain(by.orders ?? []))})`

type Named = { payment_intent: string | { id: string } | null; metadata: Stripe.Metadata | null }
const byIntent = (rows: readonly PaymentRow[], object: Named): PaymentRow | null => {
  const intent = idOf(object.payment_intent)
  return (
    rows.find((row) => intent !== null && row.payment_intent_id === intent) ??
    rows.find((row) => row.order_id === object.metadata?.orderId) ??
    null
  )
}
const ownersOf = (db: Database, page: readonly Named[]) =>
  paymentsOf(db, {
    intents: page.map((object) => idOf(object.payment_intent)),
    orders: page.map((object) => object.metadata?.orderId),
  })

const theirSession = (session: Stripe.Checkout.Session, now: Date) => ({
  id: session.id,
  orderId: session.metadata?.orderId ?? null,
  ageSec: now.getTime() / 1000 - session.created,
  facts: {
    status: sessionStatus(session.status),
    paid: session.payment_status === 'paid',
    amountMinor: fromStripe(session.amount_total ?? 0, session.currency ?? ''),
    currency: session.currency ?? '',
    intentStatus: null,
  },
})

type Created = { created: { gte: number } }
type Collect = (deps: PaymentDeps, since: Created, into: Collected) => Promise<void>

const add = (into: Collected, findings: readonly (Finding | null)[]): void => {
  into.compared += findings.length
  into.findings.push(...findings.filter((finding) => finding !== null))
}

const sessions: Collect = ({ stripe, db, clock }, since, into) =>
  eachPage(
    (query) => stripe.checkout.sessions.list({ ...since, ...query }),
    async (page) => {
      const rows = await paymentsOf(db, {
        sessions: page.map(({ id }) => id),
        orders: page.map(({ metadata }) => metadata?.orderId),
      })
      add(
        into,
        page
          .map((session) => theirSession(session, clock.now()))
          .map((theirs) => {
            const row =
              rows.find(({ session_id: id }) => id === theirs.id) ?? rows.find(({ order_id: id }) => id === theirs.orderId)
            return compareSession(theirs, row ? ourPayment(row) : null)
          }),
      )
    },
  )

const charges: Collect = ({ stripe, db }, since, into) =>
  eachPage(
    (query) => stripe.charges.list({ ...since, ...query }),
    async (page) => {
      const rows = await ownersOf(db, page)
      add(
        into,
        page.map((charge) => {
          const row = byIntent(rows, charge)
          return compareCharge(
            { id: charge.id, status: charge.status, declineCode: chargeFacts(charge).declineCode },
            row ? ourPayment(row) : null,
          )
        }),
      )
    },
  )

const refunds: Collect = ({ stripe, db }, since, into) =>
  eachPage(
    (query) => stripe.refunds.list({ ...since, ...query }),
    async (page) => {
      const rows = await ownersOf(db, page)
      const known =
        await db.rows<RefundRow>`SELECT id, order_id, amount_minor, state, origin, reason, stripe_refund_id FROM payment_refund
      WHERE stripe_refund_id IN (${list(plain(page.map(({ id }) => id)))})`
      add(
        into,
        page.map((refund) =>
          compareRefund(
            refundFacts(refund),
            byIntent(rows, refund)?.order_id ?? null,
            known.find((row) => row.stripe_refund_id === refund.id)?.state ?? null,
          ),
        ),
      )
    },
  )

const disputes: Collect = ({ stripe, db }, since, into) =>
  eachPage(
    (query) => stripe.disputes.list({ ...since, ...query }),
    async (page) => {
      const rows = await ownersOf(db, page)
      const known = await db.rows<{
        id: string
        status: string
      }>`SELECT id, status FROM payment_dispute WHERE ${sql`id IN (${list(plain(page.map(({ id }) => id)))})`}`
      add(
        into,
        page.map((dispute) =>
          compareDispute(
            disputeFacts(dispute),
            byIntent(rows, dispute)?.order_id ?? null,
            known.find(({ id }) => id === dispute.id)?.status ?? null,
          ),
        ),
      )
    },
  )

/** Everything that Stripe made since `since` and that our rows tell otherwise. */
export const collect = async (deps: PaymentDeps, since: Date): Promise<Collected> => {
  const into: Collected = { compared: 0, findings: [] }
  const created = { created: { gte: Math.floor(since.getTime() / 1000) } }
  for (const part of [sessions, charges, refunds, disputes]) await part(deps, created, into)
  return into
}
