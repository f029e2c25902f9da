// Orphan records: local sessions and refunds that Stripe's lists leave out, looked up by id.
import { smallestId } from '@cartwright/db'
import type { PaymentRefundRow, PaymentRow } from '../../db/generated/rows.ts'
import { isMissing, type StripeClient, type StripeRefund, type StripeSession } from '../../integrations/stripe-client.ts'
import { type FoundDifference, orphanDifference } from './compare.ts'
import type { LocalRecords } from './local-records.ts'

/** Stripe's object when the lookup finds it (it is older than the list), or the difference when Stripe has none. */
export type OrphanResult<T> = { object: T } | { found: FoundDifference }

const batch = 1000

const nullIfMissing = async <T>(request: Promise<T>): Promise<T | null> => {
  try {
    return await request
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Reads all rows of a table in batches, by ascending id. */
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

/** A payment that has a session. */
type SessionRow = Pick<PaymentRow, 'id' | 'order_id' | 'state'> & { readonly session_id: string }

/** Sessions of stable payments that were created since `since`. */
export async function* listOrphanSessions(
  stripe: StripeClient,
  { db, stableBefore }: LocalRecords,
  since: Date,
  seen: ReadonlySet<string>,
): AsyncGenerator<OrphanResult<StripeSession>> {
  const rows = batches<SessionRow>(
    smallestId('pay', since.getTime()),
    (after) => db.rows<SessionRow>`SELECT id, order_id, state, session_id FROM payment
      WHERE id > ${after} AND session_id IS NOT NULL AND updated_at <= ${stableBefore}
      ORDER BY id
      LIMIT ${batch}`,
  )
  for await (const { id, order_id: orderId, state, session_id: sessionId } of rows) {
    if (seen.has(sessionId)) continue
    const session = await nullIfMissing(stripe.checkout.sessions.retrieve(sessionId))
    const difference = orphanDifference('session', orderId, sessionId, state)
    const again = async () =>
      (await db.one`SELECT id FROM payment
        WHERE id = ${id} AND session_id = ${sessionId} AND state = ${state} AND updated_at <= ${stableBefore}`)
        ? difference
        : null
    yield session ? { object: session } : { found: { difference, recheck: again } }
  }
}

/** A refund that has an id at Stripe. */
type KnownRefund = Pick<PaymentRefundRow, 'id' | 'order_id' | 'amount_minor' | 'state'> & { readonly stripe_refund_id: string }

/** Stable refunds that changed since `since`. */
export async function* listOrphanRefunds(
  stripe: StripeClient,
  { db, stableBefore }: LocalRecords,
  since: Date,
  seen: ReadonlySet<string>,
): AsyncGenerator<OrphanResult<StripeRefund>> {
  const rows = batches<KnownRefund>(
    '',
    (after) => db.rows<KnownRefund>`SELECT id, order_id, amount_minor, state, stripe_refund_id FROM payment_refund
      WHERE id > ${after} AND stripe_refund_id IS NOT NULL AND updated_at >= ${since} AND updated_at <= ${stableBefore}
      ORDER BY id
      LIMIT ${batch}`,
  )
  for await (const { id, order_id: orderId, amount_minor: amount, state, stripe_refund_id: refundId } of rows) {
    if (seen.has(refundId)) continue
    const refund = await nullIfMissing(stripe.refunds.retrieve(refundId))
    const difference = orphanDifference('refund', orderId, refundId, `${state}, ${amount}`)
    const again = async () =>
      (await db.one`SELECT id FROM payment_refund
        WHERE id = ${id} AND stripe_refund_id = ${refundId} AND updated_at <= ${stableBefore}`)
        ? difference
        : null
    yield refund ? { object: refund } : { found: { difference, recheck: again } }
  }
}
