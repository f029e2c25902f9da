// Reads Stripe's lists page by page and our rows beside them, and tells where they differ.
import type Stripe from 'stripe'
import { chargeFacts, disputeFacts, refundFacts, sessionStatus } from '../apply-stripe/snapshot.ts'
import type { PaymentDeps } from '../deps.ts'
import { fromStripe } from '../stripe-amount.ts'
import {
  compareCharge,
  compareDispute,
  compareRefund,
  compareSession,
  type Difference,
  type Found,
  type TheirSession,
} from './compare.ts'
import { ghostRefunds, ghostSessions, type Unlisted } from './ghosts.ts'
import { beginComparison, disputesOf, type Ours, owners, refundsOf, sessionOwners } from './ours.ts'

export interface Collected {
  compared: number
  found: Found[]
}

type Query = { limit: number; starting_after?: string }

/** Hands every page of a list to `see`, newest first. */
export const eachPage = async <T extends { id: string }>(
  read: (query: Query) => Promise<{ data: T[]; has_more: boolean }>,
  see: (page: readonly T[]) => Promise<void>,
): Promise<void> => {
  let query: Query = { limit: 100 }
  for (;;) {
    const { data, has_more: more } = await read(query)
    if (data.length > 0) await see(data)
    const last = data.at(-1)
    if (!more || last === undefined) return
    query = { limit: 100, starting_after: last.id }
  }
}

interface Comparison<T extends { id: string }> {
  read(query: Query): Promise<{ data: T[]; has_more: boolean }>
  /** Reads our rows beside a page. */
  beside(page: readonly T[]): Promise<(object: T, mended: boolean) => Difference | null>
  /** Asks for what we have and Stripe did not list. */
  unlisted?(seen: ReadonlySet<string>): AsyncIterable<Unlisted<T>>
}

type Comparing<T extends { id: string }> = (deps: PaymentDeps, ours: Ours, since: Date) => Comparison<T>
const created = (since: Date) => ({ created: { gte: Math.floor(since.getTime() / 1000) } })

const theirSession = (session: Stripe.Checkout.Session, now: Date): TheirSession => ({
  id: session.id,
  orderId: session.metadata?.orderId ?? null,
  ageSec: now.getTime() / 1000 - session.created,
  facts: {
    status: sessionStatus(session.status),
    paid: session.payment_status === 'paid',
    amountMinor: fromStripe(session.amount_total ?? 0, session.currency ?? ''),
    currency: session.currency ?? '',
    intentStatus: null,
  },
})

const sessions: Comparing<Stripe.Checkout.Session> = (deps, ours, since) => ({
  read: (query) => deps.stripe.checkout.sessions.list({ ...created(since), ...query }),
  beside: async (page) => {
    const ownerOf = await sessionOwners(ours, page)
    return (session) => compareSession(theirSession(session, deps.clock.now()), ownerOf(session))
  },
  unlisted: (seen) => ghostSessions(deps.stripe, ours, since, seen),
})

const charges: Comparing<Stripe.Charge> = ({ stripe }, ours, since) => ({
  read: (query) => stripe.charges.list({ ...created(since), ...query }),
  beside: async (page) => {
    const ownerOf = await owners(ours, page)
    return (charge, mended) => {
      const { id, declineCode } = chargeFacts(charge)
      return compareCharge({ id, status: charge.status, declineCode }, ownerOf(charge, mended))
    }
  },
})

const refunds: Comparing<Stripe.Refund> = ({ stripe }, ours, since) => ({
  read: (query) => stripe.refunds.list({ ...created(since), ...query }),
  beside: async (page) => {
    const [ownerOf, oursOf] = await Promise.all([owners(ours, page), refundsOf(ours, page)])
    return (refund, mended) => compareRefund(refundFacts(refund), ownerOf(refund, mended), oursOf(refund), mended)
  },
  unlisted: (seen) => ghostRefunds(stripe, ours, since, seen),
})

const disputes: Comparing<Stripe.Dispute> = ({ stripe }, ours, since) => ({
  read: (query) => stripe.disputes.list({ ...created(since), ...query }),
  beside: async (page) => {
    const [ownerOf, oursOf] = await Promise.all([owners(ours, page), disputesOf(ours, page)])
    return (dispute, mended) => compareDispute(disputeFacts(dispute), ownerOf(dispute, mended), oursOf(dispute))
  },
})

const compareAll = async <T extends { id: string }>(comparison: Comparison<T>, into: Collected): Promise<void> => {
  const seen = new Set<string>()
  const see = async (page: readonly T[]): Promise<void> => {
    const judge = await comparison.beside(page)
    for (const object of page) {
      seen.add(object.id)
      into.compared += 1
      const difference = judge(object, false)
      if (difference === null) continue
      into.found.push({ difference, again: async (mended) => (await comparison.beside([object]))(object, mended) })
    }
  }
  await eachPage(comparison.read, see)
  if (comparison.unlisted === undefined) return
  for await (const unlisted of comparison.unlisted(seen)) {
    if ('object' in unlisted) await see([unlisted.object])
    else into.found.push(unlisted.found)
  }
}

/** Everything that Stripe made since `since` and that our rows tell otherwise, and what they tell and Stripe does not. */
export const collect = async (deps: PaymentDeps, since: Date): Promise<Collected> => {
  const into: Collected = { compared: 0, found: [] }
  const ours = await beginComparison(deps.db)
  await compareAll(sessions(deps, ours, since), into)
  await compareAll(charges(deps, ours, since), into)
  await compareAll(refunds(deps, ours, since), into)
  await compareAll(disputes(deps, ours, since), into)
  return into
}
