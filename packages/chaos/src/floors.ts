// Floors: the minimum that must happen in a run. A run without violations in which too little happened is inconclusive.
import { type CollectedState, sum, type Violation } from './collected-state/rows.ts'
import { cancellationsOf } from './invariants/after-sale.ts'
import { overloadedFactor } from './processor-wait.ts'
import { abroad } from './shoppers/simulated-user.ts'

export const countables = [
  'orders',
  'paid',
  'refunded',
  'cancelledAfterPaying',
  'returned',
  'givenBack',
  'mails',
  'codes',
  'usesGivenBack',
  'free',
  'unitsCancelled',
  'received',
  'withdrawn',
  'moved',
  'abroad',
  'creditNotes',
] as const
export type Countable = (typeof countables)[number]
export type Counts = Readonly<Record<Countable, number>>
export type Floors = Partial<Counts>

/** Counts what happened in a run, from the collected state. */
export const reachedIn = (collected: CollectedState): Counts => {
  const paid = collected.orders.filter((order) => order.captured_minor > 0)
  const intents = new Set(collected.payments.flatMap(({ payment_intent_id: intent }) => intent ?? []))
  return {
    orders: collected.orders.length,
    paid: paid.length,
    refunded: collected.stripe.refunds.filter((refund) => refund.status === 'succeeded' && intents.has(refund.payment_intent))
      .length,
    cancelledAfterPaying: paid.filter(({ status }) => status === 'cancelled').length,
    returned: collected.stockReturns.length,
    givenBack: collected.cartOrders.filter((row) => row.given_back_at !== null).length,
    mails: sum(collected.messages.map(({ state }) => (state === 'sent' ? 1 : 0))),
    ...pricesReached(collected),
    ...afterSaleReached(collected),
  }
}

/** Orders with a code, that gave uses back, that cost nothing, and that go abroad; checkouts that met another destination. */
const pricesReached = ({ orders, promotionUses: uses, priceInputs, operations }: CollectedState) => {
  const ordersOf = (chosen: typeof uses) => new Set(chosen.map((use) => use.order_id)).size
  return {
    codes: ordersOf(uses.filter(({ code }) => code !== null)),
    usesGivenBack: ordersOf(uses.filter((use) => use.given_back_at !== null)),
    free: orders.filter((order) => order.total_minor === 0 && order.payment_status === 'not_required').length,
    moved: operations.filter(({ action, detail }) => action === 'checkout' && detail === 'shipping_changed').length,
    abroad: priceInputs.filter(({ input }) => JSON.parse(input).destination?.country === abroad.country).length,
  }
}

const afterSaleReached = ({ orders, returns, withdrawals, invoices }: CollectedState) => ({
  unitsCancelled: orders.filter((order) => cancellationsOf(order).length > 0).length,
  received: returns.filter(({ state }) => state === 'received' || state === 'refunded').length,
  withdrawn: withdrawals.length,
  creditNotes: invoices.filter(({ kind }) => kind === 'credit_note').length,
})

/** The floors that were not reached, in words. */
export const missedFloors = (reached: Counts, floors: Floors): string[] =>
  countables.flatMap((name) => {
    const floor = floors[name] ?? 0
    return reached[name] >= floor ? [] : [`${name}: ${reached[name]} of at least ${floor}`]
  })

export type Outcome = 'passed' | 'failed' | 'inconclusive'

/** Invariants that only say how long something took. */
const timeLimits = new Set(['charges', 'keys'])

/** What a run could not judge: time limits that were missed while the machine was overloaded. @param waited processor wait */
export const unjudged = (violations: readonly Pick<Violation, 'invariant'>[], waited: number): string[] => {
  const isOnlySlow = violations.length > 0 && violations.every(({ invariant }) => timeLimits.has(invariant))
  return isOnlySlow && waited > overloadedFactor
    ? [`time limits: the machine was overloaded, processes waited ${waited.toFixed(1)} times as long as they ran`]
    : []
}

/** @param violations how many a run has that it could judge */
export const outcomeOf = (violations: number, missed: readonly string[]): Outcome => {
  if (violations > 0) return 'failed'
  return missed.length > 0 ? 'inconclusive' : 'passed'
}

/** Floors of a random mix, as shares of its shoppers: about half of what a run without faults reaches. */
export const mixFloors = (shoppers: number): Floors => ({
  orders: Math.floor(shoppers * 0.6),
  paid: Math.floor(shoppers / 3),
  refunded: Math.floor(shoppers / 9),
  cancelledAfterPaying: Math.floor(shoppers / 12),
  returned: Math.floor(shoppers / 18),
  givenBack: Math.floor(shoppers / 12),
  mails: Math.floor(shoppers / 2),
  codes: Math.floor(shoppers / 12),
  creditNotes: Math.floor(shoppers / 12),
})

/** Fewer runs say nothing about an average. */
const fewestRuns = 5

/**
 * Floors of the average over the runs of a set: what few shoppers of a mix do, so that faults may keep all of them from it in one run.
 * About half of what runs reach.
 */
export const mixAverages = (shoppers: number): Floors => ({
  codes: shoppers / 6,
  usesGivenBack: shoppers / 18,
  free: shoppers / 36,
  moved: shoppers / 18,
  abroad: shoppers / 18,
  unitsCancelled: shoppers / 36,
  received: shoppers / 24,
  withdrawn: shoppers / 24,
  creditNotes: shoppers / 6,
})

/** The averages that a set of runs did not reach, in words; none for a set that is too small. */
export const missedAverages = (runs: readonly Counts[], averages: Floors): string[] =>
  countables.flatMap((name) => {
    const wanted = averages[name] ?? 0
    const average = sum(runs.map((reached) => reached[name])) / runs.length
    return runs.length < fewestRuns || average >= wanted
      ? []
      : [`${name}: ${average.toFixed(1)} of at least ${wanted.toFixed(1)} per run`]
  })
