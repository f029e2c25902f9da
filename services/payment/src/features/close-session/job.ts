// Job that expires a checkout session at Stripe. The session's state afterwards decides: expired without money, or paid.
import { sql } from '@cartwright/db'
import { findPayment } from '../../db/payments.ts'
import { job } from '../../deps.ts'
import { applyStripeState } from '../../domain/sync-payment/apply.ts'
import { allParts, fetchStripeState, type StripeState } from '../../domain/sync-payment/stripe-state.ts'
import { isPermanent } from '../../integrations/stripe-client.ts'

interface CloseSessionJob {
  orderId: string
}

export const closeSession = job<CloseSessionJob, StripeState | null>({
  kind: 'close-session',
  backoffSec: (attempts) => Math.min(30, 2 ** attempts),
  effect: async ({ item: { payload }, deps }) => {
    const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
    if (!row?.session_id || row.state === 'paid' || row.state === 'review') return null
    deps.crash?.('before-effect', 'close-session')
    try {
      await deps.stripe.checkout.sessions.expire(row.session_id)
    } catch (error) {
      // The session is not open any more: it was completed or has expired. Its fetched state says which.
      if (!isPermanent(error)) throw error
    }
    const stripeState = await fetchStripeState(deps.stripe, row.session_id, allParts)
    if (stripeState.session.status === 'open' || stripeState.session.intentStatus === 'processing')
      throw new Error('the session is still open or processing at Stripe; the job retries')
    return stripeState
  },
  apply: async ({ tx, item: { payload }, result: stripeState, deps }) => {
    if (stripeState) await applyStripeState(tx, payload.orderId, stripeState, deps)
  },
})
