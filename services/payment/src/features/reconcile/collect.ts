// Collects differences: reads Stripe's lists page by page and compares each page with the local rows.
import type { PaymentDeps } from '../../deps.ts'
import { fromStripeAmount } from '../../domain/stripe-amount.ts'
import { observeCharge, observeDispute, observeRefund, toSessionStatus } from '../../domain/sync-payment/stripe-state.ts'
import type { StripeCharge, StripeDispute, StripeRefund, StripeSession } from '../../integrations/stripe-client.ts'
import {
  compareCharge,
  compareDispute,
  compareRefund,
  compareSession,
  type Difference,
  type FoundDifference,
  type RemoteSession,
} from './compare.ts'
import {
  findLocalDisputes,
  findLocalRefunds,
  findOwners,
  findSessionOwners,
  type LocalRecords,
  openLocalRecords,
} from './local-records.ts'
import { listOrphanRefunds, listOrphanSessions, type OrphanResult } from './orphan-records.ts'

interface Collected {
  compared: number
  found: FoundDifference[]
}

type Query = { limit: number; starting_after?: string }

/** Passes every page of a list to `onPage`, newest first. */
export const eachPage = async <T extends { id: string }>(
  read: (query: Query) => Promise<{ data: T[]; has_more: boolean }>,
  onPage: (page: readonly T[]) => Promise<void>,
): Promise<void> => {
  let query: Query = { limit: 100 }
  for (;;) {
    const { data, has_more: more } = await read(query)
    if (data.length > 0) await onPage(data)
    const last = data.at(-1)
    if (!more || last === undefined) return
    query = { limit: 100, starting_after: last.id }
  }
}

interface Comparison<T extends { id: string }> {
  read(query: Query): Promise<{ data: T[]; has_more: boolean }>
  /** Loads the local rows of a page. @returns the comparison of one object */
  loadLocal(page: readonly T[]): Promise<(object: T, repaired: boolean) => Difference | null>
  /** Looks up local records that Stripe's list did not contain. */
  listOrphans?(seen: ReadonlySet<string>): AsyncIterable<OrphanResult<T>>
}

type CreateComparison<T extends { id: string }> = (deps: PaymentDeps, records: LocalRecords, since: Date) => Comparison<T>
const createdSince = (since: Date) => ({ created: { gte: Math.floor(since.getTime() / 1000) } })

const toRemoteSession = (session: StripeSession, now: Date): RemoteSession => ({
  id: session.id,
  orderId: session.metadata?.orderId ?? null,
  ageSec: now.getTime() / 1000 - session.created,
  observation: {
    status: toSessionStatus(session.status),
    paid: session.payment_status === 'paid',
    amountMinor: fromStripeAmount(session.amount_total ?? 0, session.currency ?? ''),
    currency: session.currency ?? '',
    intentStatus: null,
  },
})

const sessions: CreateComparison<StripeSession> = (deps, records, since) => ({
  read: (query) => deps.stripe.checkout.sessions.list({ ...createdSince(since), ...query }),
  loadLocal: async (page) => {
    const ownerOf = await findSessionOwners(records, page)
    return (session) => compareSession(toRemoteSession(session, deps.clock.now()), ownerOf(session))
  },
  listOrphans: (seen) => listOrphanSessions(deps.stripe, records, since, seen),
})

const charges: CreateComparison<StripeCharge> = ({ stripe }, records, since) => ({
  read: (query) => stripe.charges.list({ ...createdSince(since), ...query }),
  loadLocal: async (page) => {
    const ownerOf = await findOwners(records, page)
    return (charge, repaired) => {
      const { id, declineCode } = observeCharge(charge)
      return compareCharge({ id, status: charge.status, declineCode }, ownerOf(charge, repaired))
    }
  },
})

const refunds: CreateComparison<StripeRefund> = ({ stripe }, records, since) => ({
  read: (query) => stripe.refunds.list({ ...createdSince(since), ...query }),
  loadLocal: async (page) => {
    const [ownerOf, localOf] = await Promise.all([findOwners(records, page), findLocalRefunds(records, page)])
    return (refund, repaired) => compareRefund(observeRefund(refund), ownerOf(refund, repaired), localOf(refund), repaired)
  },
  listOrphans: (seen) => listOrphanRefunds(stripe, records, since, seen),
})

const disputes: CreateComparison<StripeDispute> = ({ stripe }, records, since) => ({
  read: (query) => stripe.disputes.list({ ...createdSince(since), ...query }),
  loadLocal: async (page) => {
    const [ownerOf, localOf] = await Promise.all([findOwners(records, page), findLocalDisputes(records, page)])
    return (dispute, repaired) => compareDispute(observeDispute(dispute), ownerOf(dispute, repaired), localOf(dispute))
  },
})

const compareAll = async <T extends { id: string }>(comparison: Comparison<T>, into: Collected): Promise<void> => {
  const seen = new Set<string>()
  const comparePage = async (page: readonly T[]): Promise<void> => {
    const compare = await comparison.loadLocal(page)
    for (const object of page) {
      seen.add(object.id)
      into.compared += 1
      const difference = compare(object, false)
      if (difference === null) continue
      into.found.push({ difference, recheck: async (repaired) => (await comparison.loadLocal([object]))(object, repaired) })
    }
  }
  await eachPage(comparison.read, comparePage)
  if (comparison.listOrphans === undefined) return
  for await (const orphan of comparison.listOrphans(seen)) {
    if ('object' in orphan) await comparePage([orphan.object])
    else into.found.push(orphan.found)
  }
}

/** Compares everything that Stripe created since `since`, and looks up local records that Stripe's lists leave out. */
export const collectDifferences = async (deps: PaymentDeps, since: Date): Promise<Collected> => {
  const into: Collected = { compared: 0, found: [] }
  const records = await openLocalRecords(deps.db)
  await compareAll(sessions(deps, records, since), into)
  await compareAll(charges(deps, records, since), into)
  await compareAll(refunds(deps, records, since), into)
  await compareAll(disputes(deps, records, since), into)
  return into
}
