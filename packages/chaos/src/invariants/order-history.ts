// I5 and I7: order histories are legal and without gaps, answers to clients stay true, and every saga ends.
import type { CollectedState, HistoryRow, OrderRow, Violation } from '../collected-state/rows.ts'
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
    if (entry.version !== index + 1) broken.push(`entry ${index + 1} of the history has version ${entry.version}`)
    if (before === undefined) {
      if (entry.from_status !== null || entry.to_status !== 'pending')
        broken.push(`the history begins with ${entry.from_status} → ${entry.to_status}`)
    } else {
      if (entry.from_status !== before.to_status)
        broken.push(`the history goes to ${before.to_status} and continues from ${entry.from_status}`)
      if (!next[entry.from_status ?? '']?.includes(entry.to_status))
        broken.push(`the history goes from ${entry.from_status} to ${entry.to_status}`)
    }
  })
  if (path.at(-1)?.to_status !== order.status)
    broken.push(`the order is ${order.status}, its history ends with ${path.at(-1)?.to_status ?? 'nothing'}`)
  return broken
}

/** I5: versions have no gaps, every step is allowed, and the last step is the status. */
export const history = (collected: CollectedState): Violation[] => {
  const paths = Map.groupBy(collected.history, (entry) => entry.order_id)
  return collected.orders.flatMap((order) => {
    const path = (paths.get(order.id) ?? []).toSorted((a, b) => a.version - b.version)
    return judge(order, path).map((what) => ({ invariant: 'I5 history', subject: order.id, what }))
  })
}

const endStates = new Set(['confirmed', 'cancelled'])

/** I7: no saga is past its deadline by more than the slack, and every saga has ended when the shop is at rest. */
export const sagas = (collected: CollectedState, slackSec = 300): Violation[] => {
  const status = new Map(collected.orders.map((order) => [order.id, order.status]))
  return collected.sagas.flatMap((saga) => {
    const late = saga.deadline_at === null ? 0 : (collected.now.getTime() - saga.deadline_at.getTime()) / 1000
    const violation = (what: string): Violation => ({ invariant: 'I7 sagas', subject: saga.id, what })
    return [
      ...(late > slackSec ? [violation(`the saga is ${saga.state}, ${Math.round(late)} s past its deadline`)] : []),
      ...(endStates.has(saga.state) && status.get(saga.id) === 'pending'
        ? [violation(`the saga is ${saga.state}, the order is still pending`)]
        : []),
      ...(!endStates.has(saga.state) && status.has(saga.id) && status.get(saga.id) !== 'pending'
        ? [violation(`the order is ${status.get(saga.id)}, its saga is still ${saga.state}`)]
        : []),
    ]
  })
}

const ok = (status: number | null): boolean => status !== null && status >= 200 && status < 300

const promisedStates = (collected: CollectedState): Violation[] => {
  const orders = new Map(collected.orders.map((order) => [order.id, order]))
  return collected.operations.flatMap((operation) => {
    const violation = (what: string): Violation[] => [
      { invariant: 'promises', subject: operation.orderId ?? operation.actor, what },
    ]
    if (operation.status !== null && operation.status >= 500 && operation.status !== 503)
      return violation(`${operation.actor}: ${operation.action} answered ${operation.status} ${operation.detail}`)
    if (!ok(operation.status) || operation.orderId === null) return []
    if (operation.action === unsignedAction) return violation('a webhook with a wrong signature was accepted')
    const order = orders.get(operation.orderId)
    if (operation.action === 'checkout' && order === undefined)
      return violation(`${operation.actor} got an answer that order ${operation.orderId} was placed; there is no such order`)
    if (order === undefined) return []
    if (/(cancel|compensate)$/.test(operation.action) && order.status !== 'cancelled')
      return violation(`${operation.actor} got an answer that the order is being cancelled; it is ${order.status}`)
    if (operation.action === 'ship' && order.status !== 'shipped' && order.status !== 'delivered')
      return violation(`${operation.actor} got an answer that the order was shipped; it is ${order.status}`)
    return []
  })
}

/** Each idempotency key of a refund that an operator was granted has a refund row. */
const promisedRefunds = (collected: CollectedState): Violation[] => {
  const promised = collected.operations.filter(
    (operation) => operation.action === 'refund' && ok(operation.status) && operation.orderId !== null,
  )
  return [...Map.groupBy(promised, (operation) => operation.orderId ?? '')].flatMap(([orderId, operations]) => {
    const keys = new Set(operations.map(({ key }) => key)).size
    const made = collected.refunds.filter((refund) => refund.order_id === orderId && refund.origin === 'order').length
    return made >= keys
      ? []
      : [{ invariant: 'promises', subject: orderId, what: `operators were granted ${keys} refunds; there are ${made}` }]
  })
}

/** What a client was answered stays true. An operation with a lost answer may have happened or not. */
export const promises = (collected: CollectedState): Violation[] => [...promisedStates(collected), ...promisedRefunds(collected)]
