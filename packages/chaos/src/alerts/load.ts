// Normal load: customers who browse, search, buy one product and come back some seconds later.
import { cards } from '@cartwright/shop/test-shop'
import { type Journal, openJournal } from '../journal.ts'
import { createGuestWithCart, numbers, orderCart } from '../scenarios/steps.ts'
import { payOnPage, waitForPageUrl } from '../shoppers/simulated-user.ts'
import { pause, waitUntil } from '../wait.ts'

export interface Load {
  /** No customer comes any more; those who have begun finish. */
  pause(): void
  resume(): void
  /** Purchases that were paid, and visits that ended without one. */
  counts(): { paid: number; unpaid: number }
  /** Resolves when so many purchases are paid. @throws Error when that takes minutes */
  reach(paid: number): Promise<void>
  stop(): Promise<void>
}

interface LoadOptions {
  url: string
  sku: string
  customers: number
  /** Between two visits of one customer. */
  pauseMs: number
}

/** How often a waiting customer looks whether the load goes on. */
const lookMs = 200
const longestWarmUpSec = 180

/** @returns whether the customer has paid */
const visit = async (url: string, actor: string, sku: string, journal: Journal): Promise<boolean> => {
  const user = await createGuestWithCart({ url, journal }, actor, [{ sku, quantity: 1 }])
  for (const path of ['/v1/products?limit=20', `/v1/search?q=${sku}`]) await user.call('GET', path, { quiet: true })
  const orderId = await orderCart(user)
  const page = orderId === null ? null : await waitForPageUrl(user, orderId)
  return orderId !== null && page !== null && (await payOnPage(user, orderId, page, cards.pays, journal))
}

/** Starts the customers, spread over one pause. A visit that fails is part of a fault, so the customer comes again. */
export const startLoad = ({ url, sku, customers, pauseMs }: LoadOptions): Load => {
  let isOver = false
  let isPaused = false
  const counts = { paid: 0, unpaid: 0 }
  const wait = async (ms: number): Promise<void> => {
    for (const until = performance.now() + ms; !isOver && (isPaused || performance.now() < until); ) await pause(lookMs)
  }
  const come = async (number: number): Promise<void> => {
    await wait((pauseMs / customers) * number)
    for (let visits = 1; !isOver; visits++) {
      const hasPaid = await visit(url, `customer-${number}-${visits}`, sku, openJournal()).catch(() => false)
      counts[hasPaid ? 'paid' : 'unpaid'] += 1
      await wait(pauseMs)
    }
  }
  const done = Promise.all(numbers(customers).map(come))
  return {
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    counts: () => ({ ...counts }),
    reach: async (paid) => {
      if (!(await waitUntil(async () => counts.paid >= paid, longestWarmUpSec, lookMs)))
        throw new Error(`the load has paid ${counts.paid} of ${paid} purchases in ${longestWarmUpSec} s`)
    },
    stop: async () => {
      isOver = true
      await done
    },
  }
}
