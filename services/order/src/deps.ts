// What order's handlers work with.
import { createHmac } from 'node:crypto'
import { type BaseDeps, type CodeMaker, codeMaker, type Turns } from '@cartwright/service-kit'
import type { config } from './config.ts'
import { openPrisma, type PrismaClient } from './db/prisma.ts'
import type { Minimums } from './place-order/decide.ts'
import { minimumsIn } from './place-order/minimums.ts'
import { checkoutTurns } from './place-order/turns.ts'
import { type Waiters, waiters } from './waiters.ts'

export interface OrderOwn {
  /** Where checkouts wait until it is their turn. */
  checkoutTurns: Turns
  /** The shop's own least totals, by currency. */
  minimums: Minimums
  /** Long polls that wait for a change. */
  waiters: Waiters
  /** Lists for shoppers and operators. */
  prisma: PrismaClient
  /** One-time codes of guests who look for an order. */
  codes: CodeMaker
  /** Checkouts that ended, by how. */
  outcomes: { inc(labels: { outcome: string }): void }
  /** Requests of the saga that were sent again because no answer came in time. */
  askedAgain: { inc(labels: { request: string }): void }
}
export type OrderDeps = BaseDeps<typeof config> & OrderOwn

/** Opens what order needs beyond the kit. */
export const openDeps = async ({ config: own, shared, db, metrics }: BaseDeps<typeof config>): Promise<OrderOwn> => ({
  checkoutTurns: checkoutTurns(own.checkoutsAtOnce, metrics),
  minimums: minimumsIn(own.minimumCharges),
  waiters: waiters(db),
  prisma: openPrisma(db),
  // A key of its own, drawn from the shared secret: the codes live for minutes, so they may end when that secret is changed.
  codes: await codeMaker(
    createHmac('sha256', shared.internalAuthSecret).update('codes that lead back to an order').digest(),
    own.sealPublicJwk,
  ),
  outcomes: metrics.counter(
    'order_checkouts_total',
    'Checkouts that ended, by how: confirmed or the reason of the cancellation',
    ['outcome'],
  ),
  askedAgain: metrics.counter(
    'order_saga_requests_repeated_total',
    'Requests of the checkout saga that were sent again because no answer came in time',
    ['request'],
  ),
})
