// What happens to an order's money without the shop: at the bank, or by somebody's hand in Stripe's dashboard.
import { inSeconds, pause } from '../shoppers/person.ts'
import type { World } from '../world/world.ts'
import { readLedger } from './collect.ts'
import { intentsOf } from './ledger.ts'
import type { StripeLedger } from './rows.ts'

export interface Bank {
  /** Takes the first refund of an order back, whatever was said before. @returns whether there was one within half a minute */
  refuseRefund(orderId: string): Promise<boolean>
  /** Somebody gives a part of the money back in Stripe's dashboard, if Stripe still lets them. */
  giveBack(orderId: string, amountMinor: number): Promise<void>
  /** Decides the order's dispute. @returns whether there was one within half a minute */
  decideDispute(orderId: string, outcome: 'won' | 'lost'): Promise<boolean>
}

export const openBank = (world: World): Bank => {
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
  }
}
