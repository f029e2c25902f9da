// Replays events that Stripe could not deliver: they are stored and processed like webhooks.
import { list } from '@cartwright/db'
import type { PaymentDeps } from '../../deps.ts'
import { knownTypes } from '../../domain/stripe-events/hints.ts'
import { storeEvent } from '../../domain/stripe-events/store-event.ts'
import type { StripeEvent } from '../../integrations/stripe-client.ts'
import { eachPage } from './collect.ts'
import type { Finding } from './compare.ts'

const orderIdOf = (event: StripeEvent): string | null => {
  const object = event.data.object as { metadata?: Record<string, string> | null }
  return object.metadata?.orderId ?? null
}

/** @returns one finding per event that was not stored before */
export const replayUndelivered = async (deps: PaymentDeps, since: Date): Promise<Finding[]> => {
  const findings: Finding[] = []
  const created = { gte: Math.floor(since.getTime() / 1000) }
  await eachPage(
    (query) => deps.stripe.events.list({ created, delivery_success: false, ...query }),
    async (page) => {
      const events = page.filter(({ type }) => knownTypes.includes(type))
      const known = await deps.db.rows<{
        id: string
      }>`SELECT id FROM stripe_event WHERE id IN (${list(events.map(({ id }) => id))})`
      for (const event of events.filter(({ id }) => !known.some((row) => row.id === id))) {
        const fresh = await deps.db.tx((tx) => storeEvent(tx, event, JSON.stringify(event)))
        if (fresh)
          findings.push({
            kind: 'event',
            orderId: orderIdOf(event),
            stripeId: event.id,
            local: 'not received',
            remote: event.type,
          })
      }
    },
  )
  return findings
}
