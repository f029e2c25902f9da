// Stripe operator: changes an order's money at Stripe without the shop, and sends webhooks that contradict it or are forged.
import { type Journal, unsignedAction } from '../journal.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { StripeLedger } from './rows.ts'
import { intentsOf, readLedger } from './stripe-ledger.ts'
import { newEventId, type StripeEvent, sendWebhook, stripeEvents } from './webhooks.ts'

export interface StripeOperator {
  /** Fails the first refund of an order, also after it had succeeded. @returns whether there was one within 30 s */
  failRefund(orderId: string): Promise<boolean>
  /** Refunds a part of the money in Stripe's dashboard, if Stripe allows it. */
  refundFromDashboard(orderId: string, amountMinor: number): Promise<void>
  /** Closes the order's dispute. @returns whether there was one within 30 s */
  closeDispute(orderId: string, outcome: 'won' | 'lost'): Promise<boolean>
  /** Sends a correctly signed webhook that is not true: the paid page has expired. */
  sendContradiction(orderId: string): Promise<void>
  /** Sends webhooks that another order was paid with this order's page: one signed correctly, one with a wrong secret. */
  sendForgeries(orderId: string): Promise<void>
}

/** Another order that is not paid, or an id that does not exist. */
const anotherOrder = async ({ query, table }: ShopUnderTest, orderId: string): Promise<string> => {
  const rows = await query<{ id: string }>(
    `SELECT id FROM ${table('order', 'customer_order')} WHERE status = 'pending' AND id <> ? ORDER BY id DESC LIMIT 1`,
    [orderId],
  )
  return rows[0]?.id ?? 'ord_forged'
}

/** The event that Stripe created when the order was paid. */
const completedFor = async (shop: ShopUnderTest, orderId: string): Promise<StripeEvent | undefined> =>
  (await stripeEvents(shop)).find(
    ({ type, data }) => type === 'checkout.session.completed' && data.object.metadata?.orderId === orderId,
  )

export const createStripeOperator = (shop: ShopUnderTest, journal: Journal): StripeOperator => {
  const sendAndRecord = async (action: string, orderId: string, event: StripeEvent, secret?: string): Promise<void> => {
    const at = new Date()
    const status = await sendWebhook(shop, event, secret)
    const ms = Date.now() - at.getTime()
    journal.operation({ at, actor: 'forger', action, orderId, status, detail: event.type, key: null, ms })
  }
  /** Searches the ledger for an object of the order until it exists. */
  const findWithin = async <T extends { payment_intent: string }>(orderId: string, among: (ledger: StripeLedger) => T[]) => {
    for (const until = deadlineIn(30); performance.now() < until; await pause(300)) {
      const ledger = await readLedger(shop)
      const intents = intentsOf(ledger, orderId)
      const found = among(ledger).find((each) => intents.has(each.payment_intent))
      if (found) return found
    }
    return null
  }
  return {
    failRefund: async (orderId) => {
      const refund = await findWithin(orderId, ({ refunds }) => refunds)
      if (refund) await shop.control(`/_sandbox/refunds/${refund.id}/settle`, { success: false })
      return refund !== null
    },
    refundFromDashboard: async (orderId, amount) => {
      const [paymentIntent] = intentsOf(await readLedger(shop), orderId)
      // Stripe refuses it when the shop has refunded everything already.
      await shop.control('/_sandbox/dashboard-refund', { paymentIntent, amount }).catch(() => undefined)
    },
    closeDispute: async (orderId, outcome) => {
      const dispute = await findWithin(orderId, ({ disputes }) => disputes)
      if (dispute) await shop.control(`/_sandbox/disputes/${dispute.id}/close`, { outcome })
      return dispute !== null
    },
    sendContradiction: async (orderId) => {
      const event = await completedFor(shop, orderId)
      if (event)
        await sendAndRecord('contradicting webhook', orderId, { ...event, id: newEventId(), type: 'checkout.session.expired' })
    },
    sendForgeries: async (orderId) => {
      const event = await completedFor(shop, orderId)
      if (event === undefined) return
      const metadata = { ...event.data.object.metadata, orderId: await anotherOrder(shop, orderId) }
      const forged = { ...event, id: newEventId(), data: { object: { ...event.data.object, metadata } } }
      await sendAndRecord('forged webhook', orderId, forged)
      await sendAndRecord(unsignedAction, orderId, { ...forged, id: newEventId() }, 'whsec_not_the_secret_of_this_shop')
    },
  }
}
