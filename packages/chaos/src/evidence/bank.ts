// What happens to an order's money without the shop: at the bank, or by somebody's hand in Stripe's dashboard.

import { type Journal, unsignedAction } from '../journal.ts'
import { inSeconds, pause } from '../shoppers/person.ts'
import type { World } from '../world/world.ts'
import { readLedger } from './collect.ts'
import { intentsOf } from './ledger.ts'
import type { StripeLedger } from './rows.ts'
import { newEventId, type StripeEvent, sendWebhook, stripeEvents } from './webhooks.ts'

export interface Bank {
  /** Takes the first refund of an order back, whatever was said before. @returns whether there was one within half a minute */
  refuseRefund(orderId: string): Promise<boolean>
  /** Somebody gives a part of the money back in Stripe's dashboard, if Stripe still lets them. */
  giveBack(orderId: string, amountMinor: number): Promise<void>
  /** Decides the order's dispute. @returns whether there was one within half a minute */
  decideDispute(orderId: string, outcome: 'won' | 'lost'): Promise<boolean>
  /** A webhook, properly signed, that says the opposite of what is true: the paid page has expired. */
  contradict(orderId: string): Promise<void>
  /** Somebody pretends that another order was paid with this one's page: once with a signature that is right, once with a wrong one. */
  forge(orderId: string): Promise<void>
}

/** An order that still waits for money, or one that there is not. */
const anotherOrder = async ({ query, table }: World, orderId: string): Promise<string> => {
  const rows = await query<{ id: string }>(
    `SELECT id FROM ${table('order', 'customer_order')} WHERE status = 'pending' AND id <> ? ORDER BY id DESC LIMIT 1`,
    [orderId],
  )
  return rows[0]?.id ?? 'ord_forged'
}

/** What Stripe said when the order was paid. */
const completedFor = async (world: World, orderId: string): Promise<StripeEvent | undefined> =>
  (await stripeEvents(world)).find(
    ({ type, data }) => type === 'checkout.session.completed' && data.object.metadata?.orderId === orderId,
  )

export const openBank = (world: World, journal: Journal): Bank => {
  const tell = async (action: string, orderId: string, event: StripeEvent, secret?: string): Promise<void> => {
    const at = new Date()
    const status = await sendWebhook(world, event, secret)
    const ms = Date.now() - at.getTime()
    journal.operation({ at, actor: 'a stranger', action, orderId, status, detail: event.type, key: null, ms })
  }
  /** Looks for something of the order in the ledger until it is there. */
  const seek = async <T extends { payment_intent: string }>(orderId: string, among: (ledger: StripeLedger) => T[]) => {
    for (const until = inSeconds(30); performance.now() < until; await pause(300)) {
      const ledger = await readLedger(world)
      const intents = intentsOf(ledger, orderId)
      const found = among(ledger).find((each) => intents.has(each.payment_intent))
      if (found) return found
    }
    return null
  }
  return {
    refuseRefund: async (orderId) => {
      const refund = await seek(orderId, ({ refunds }) => refunds)
      if (refund) await world.control(`/_sandbox/refunds/${refund.id}/settle`, { success: false })
      return refund !== null
    },
    giveBack: async (orderId, amount) => {
      const [paymentIntent] = intentsOf(await readLedger(world), orderId)
      // Refused when the shop was faster.
      await world.control('/_sandbox/dashboard-refund', { paymentIntent, amount }).catch(() => undefined)
    },
    decideDispute: async (orderId, outcome) => {
      const dispute = await seek(orderId, ({ disputes }) => disputes)
      if (dispute) await world.control(`/_sandbox/disputes/${dispute.id}/close`, { outcome })
      return dispute !== null
    },
    contradict: async (orderId) => {
      const event = await completedFor(world, orderId)
      if (event) await tell('contradict', orderId, { ...event, id: newEventId(), type: 'checkout.session.expired' })
    },
    forge: async (orderId) => {
      const event = await completedFor(world, orderId)
      if (event === undefined) return
      const metadata = { ...event.data.object.metadata, orderId: await anotherOrder(world, orderId) }
      const forged = { ...event, id: newEventId(), data: { object: { ...event.data.object, metadata } } }
      await tell('pretend', orderId, forged)
      await tell(unsignedAction, orderId, { ...forged, id: newEventId() }, 'whsec_not_the_secret_of_this_shop')
    },
  }
}
