// Takes in the events that Stripe could not deliver: they go the way that every webhook goes.
import { list } from '@cartwright/db'
import type Stripe from 'stripe'
import type { PaymentDeps } from '../deps.ts'
import { knownTypes } from '../stripe-events/hints.ts'
import { storeEvent } from '../stripe-events/store-event.ts'
import { eachPage } from './collect.ts'
import type { Finding } from './compare.ts'

const orderOf = (event: Stripe.Event): string | null => {
  const object = event.data.object as { metadata?: Record<string, string> | null }
  return object.metadata?.orderId ?? null
}

/** @returns one finding per event that was new to us */
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
          findings.push({ kind: 'event', orderId: orderOf(event), stripeId: event.id, ours: 'not received', theirs: event.type })
      }
    },
  )
  return findings
}
