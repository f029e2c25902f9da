// I5 and I7: an order's history is a legal path without gaps, promises that were answered are kept, and no saga is left behind.
import type { Evidence, HistoryRow, OrderRow, Violation } from '../evidence/rows.ts'
import { unsignedAction } from '../journal.ts'

const next: Readonly<Record<string, readonly string[]>> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

const judge = (order: OrderRow, path: readonly HistoryRow[]): string[] => {
  const broken: string[] = []
  path.forEach((entry, index) => {
    const before = path[index - 1]
    if (entry.version !== index + 1) broken.push(`entry ${index + 1} of its history has version ${entry.version}`)
    if (before === undefined) {
      if (entry.from_status !== null || entry.to_status !== 'pending')
        broken.push(`its history begins with ${entry.from_status} → ${entry.to_status}`)
    } else {
      if (entry.from_status !== before.to_status)
        broken.push(`its history goes to ${before.to_status} and on from ${entry.from_status}`)
      if (!next[entry.from_status ?? '']?.includes(entry.to_status))
        broken.push(`its history goes from ${entry.from_status} to ${entry.to_status}`)
    }
  })
  if (path.at(-1)?.to_status !== order.status)
    broken.push(`it is ${order.status}, its history ends with ${path.at(-1)?.to_status ?? 'nothing'}`)
  return broken
}

/** I5: versions without gaps, allowed steps only, and the last one is the status. */
export const history = (evidence: Evidence): Violation[] => {
  const paths = Map.groupBy(evidence.history, (entry) => entry.order_id)
  return evidence.orders.flatMap((order) => {
    const path = (paths.get(order.id) ?? []).toSorted((a, b) => a.version - b.version)
    return judge(order, path).map((what) => ({ invariant: 'I5 history', subject: order.id, what }))
  })
}

const resting = new Set(['confirmed', 'cancelled'])

/** I7: nothing is past its deadline by more than the slack, and at rest every saga has ended. */
export const sagas = (evidence: Evidence, slackSec = 300): Violation[] => {
  const status = new Map(evidence.orders.map((order) => [order.id, order.status]))
  return evidence.sagas.flatMap((saga) => {
    const late = saga.deadline_at === null ? 0 : (evidence.now.getTime() - saga.deadline_at.getTime()) / 1000
    const told = (what: string): Violation => ({ invariant: 'I7 sagas', subject: saga.id, what })
    return [
      ...(late > slackSec ? [told(`its saga is ${saga.state}, ${Math.round(late)} s past its deadline`)] : []),
      ...(resting.has(saga.state) && status.get(saga.id) === 'pending'
        ? [told(`its saga is ${saga.state}, the order still pending`)]
        : []),
      ...(!resting.has(saga.state) && status.has(saga.id) && status.get(saga.id) !== 'pending'
        ? [told(`the order is ${status.get(saga.id)}, its saga still ${saga.state}`)]
        : []),
    ]
  })
}

const ok = (status: number | null): boolean => status !== null && status >= 200 && status < 300

const promisedStates = (evidence: Evidence): Violation[] => {
  const orders = new Map(evidence.orders.map((order) => [order.id, order]))
  return evidence.operations.flatMap((operation) => {
    const told = (what: string): Violation[] => [{ invariant: 'promises', subject: operation.orderId ?? operation.actor, what }]
    if (operation.status !== null && operation.status >= 500 && operation.status !== 503)
      return told(`${operation.actor}: ${operation.action} answered ${operation.status} ${operation.detail}`)
    if (!ok(operation.status) || operation.orderId === null) return []
    if (operation.action === unsignedAction) return told('a webhook without a signature of Stripe was taken')
    const order = orders.get(operation.orderId)
    if (operation.action === 'checkout' && order === undefined)
      return told(`${operation.actor} was told that order ${operation.orderId} was placed; there is none`)
    if (order === undefined) return []
    if (/(cancel|compensate)$/.test(operation.action) && order.status !== 'cancelled')
      return told(`${operation.actor} was told that it is being cancelled; it is ${order.status}`)
    if (operation.action === 'ship' && order.status !== 'shipped' && order.status !== 'delivered')
      return told(`${operation.actor} was told that it was shipped; it is ${order.status}`)
    return []
  })
}

/** Each refund that an operator was promised, by its key, has a row of its own. */
const promisedRefunds = (evidence: Evidence): Violation[] => {
  const promised = evidence.operations.filter(
    (operation) => operation.action === 'refund' && ok(operation.status) && operation.orderId !== null,
  )
  return [...Map.groupBy(promised, (operation) => operation.orderId ?? '')].flatMap(([orderId, operations]) => {
    const keys = new Set(operations.map(({ key }) => key)).size
    const made = evidence.refunds.filter((refund) => refund.order_id === orderId && refund.origin === 'order').length
    return made >= keys
      ? []
      : [{ invariant: 'promises', subject: orderId, what: `operators were told of ${keys} refunds; there are ${made}` }]
  })
}

/** What a client was told is true for good. An operation whose answer was lost may have happened or not. */
export const promises = (evidence: Evidence): Violation[] => [...promisedStates(evidence), ...promisedRefunds(evidence)]
