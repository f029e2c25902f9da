// What our rows have of Stripe's and its lists leave out: older than the lists reach, or nothing that Stripe has.
import { idFactory } from '@cartwright/db'
import type Stripe from 'stripe'
import type { PaymentState, RefundRow } from '../db/payments.ts'
import { isMissing } from '../stripe-client.ts'
import { type Found, ghost } from './compare.ts'
import type { Ours } from './ours.ts'

/** Stripe's object after all, to be compared as if it had been listed; or the difference that there is none. */
export type Unlisted<T> = { object: T } | { found: Found }

const batch = 1000

const orMissing = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** All rows of a table that `read` hands out in order of their ids. */
async function* batches<R extends { id: string }>(first: string, read: (after: string) => Promise<R[]>): AsyncGenerator<R> {
  let after = first
  for (;;) {
    const rows = await read(after)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return
    after = last.id
  }
}

interface SessionRow {
  id: string
  order_id: string
  state: PaymentState
  session_id: string
}

/** Payment ids are time-ordered, so the window needs no index of its own. */
const firstIdAt = (at: Date): string =>
  idFactory(
    () => at.getTime(),
    (size) => Buffer.alloc(size),
  )('pay')

/** Sessions of the payments that were made since `since` and stand. */
export async function* ghostSessions(
  stripe: Stripe,
  { db, standsSince }: Ours,
  since: Date,
  seen: ReadonlySet<string>,
): AsyncGenerator<Unlisted<Stripe.Checkout.Session>> {
  const rows = batches<SessionRow>(
    firstIdAt(since),
    (after) => db.rows<SessionRow>`SELECT id, order_id, state, session_id FROM payment
      WHERE id > ${after} AND session_id IS NOT NULL AND updated_at <= ${standsSince} ORDER BY id LIMIT ${batch}`,
  )
  for await (const { id, order_id: orderId, state, session_id: sessionId } of rows) {
    if (seen.has(sessionId)) continue
    const session = await orMissing(stripe.checkout.sessions.retrieve(sessionId))
    const difference = ghost('session', orderId, sessionId, state)
    const again = async () =>
      (await db.one`SELECT id FROM payment WHERE id = ${id} AND session_id = ${sessionId} AND state = ${state} AND updated_at <= ${standsSince}`)
        ? difference
        : null
    yield session ? { object: session } : { found: { difference, again } }
  }
}

type KnownRefund = Omit<RefundRow, 'stripe_refund_id'> & { stripe_refund_id: string }

/** Refunds that changed since `since` and stand. */
export async function* ghostRefunds(
  stripe: Stripe,
  { db, standsSince }: Ours,
  since: Date,
  seen: ReadonlySet<string>,
): AsyncGenerator<Unlisted<Stripe.Refund>> {
  const rows = batches<KnownRefund>(
    '',
    (after) => db.rows<KnownRefund>`SELECT id, order_id, amount_minor, state, stripe_refund_id FROM payment_refund
      WHERE id > ${after} AND stripe_refund_id IS NOT NULL AND updated_at >= ${since} AND updated_at <= ${standsSince} ORDER BY id LIMIT ${batch}`,
  )
  for await (const { id, order_id: orderId, amount_minor: amount, state, stripe_refund_id: refundId } of rows) {
    if (seen.has(refundId)) continue
    const refund = await orMissing(stripe.refunds.retrieve(refundId))
    const difference = ghost('refund', orderId, refundId, `${state}, ${amount}`)
    const again = async () =>
      (await db.one`SELECT id FROM payment_refund WHERE id = ${id} AND stripe_refund_id = ${refundId} AND updated_at <= ${standsSince}`)
        ? difference
        : null
    yield refund ? { object: refund } : { found: { difference, again } }
  }
}
