// Failure report: every violation, and for the first orders the events of all services, clients and faults in time order.
import { type Entry, lineOf } from '../journal.ts'
import { type CollectedState, linesOf, type Violation } from './rows.ts'
import { intentsOf } from './stripe-ledger.ts'

interface Moment {
  at: Date
  text: string
}

const momentsOf = (collected: CollectedState, orderId: string): Moment[] => {
  const ids = new Set(collected.events.filter((event) => event.aggregate_id === orderId).map((event) => event.event_id))
  return [
    ...collected.history
      .filter((entry) => entry.order_id === orderId)
      .map((entry) => ({
        at: entry.created_at,
        text: `order     ${entry.from_status ?? '–'} → ${entry.to_status} (${entry.actor})`,
      })),
    ...collected.sagaSteps
      .filter((step) => step.saga_id === orderId)
      .map((step) => ({
        at: step.created_at,
        text: `saga      ${step.input}: ${step.from_state} → ${step.to_state}${step.effects ? ` [${step.effects}]` : ''}`,
      })),
    ...collected.events
      .filter((event) => ids.has(event.event_id))
      .map((event) => {
        const readers = (collected.readers[event.event_type] ?? []).map((reader) => {
          const taken = collected.inbox.some(
            (row) => row.owner === reader.owner && row.consumer === reader.consumer && row.event_id === event.event_id,
          )
          return `${reader.consumer}${taken ? '' : ' NOT'}`
        })
        return {
          at: event.occurred_at,
          text: `event     ${event.event_type} ${event.event_id}${event.published_at ? '' : ' UNPUBLISHED'}${readers.length > 0 ? ` claimed by ${readers.join(', ')}` : ''}`,
        }
      }),
    ...collected.deadLetters
      .filter((letter) => letter.partition_key === orderId)
      .map((letter) => ({
        at: collected.now,
        text: `dead      ${letter.consumer}: ${letter.event_type} (${letter.reason}) ${letter.error.slice(0, 120)}`,
      })),
  ]
}

const finalState = (collected: CollectedState, orderId: string): string[] => {
  const order = collected.orders.find((row) => row.id === orderId)
  const payment = collected.payments.find((row) => row.order_id === orderId)
  const sessions = collected.stripe.sessions.filter((session) => session.metadata.orderId === orderId)
  const intents = intentsOf(collected.stripe, orderId)
  return [
    order
      ? `order     ${order.status}, payment ${order.payment_status}, refund ${order.refund_status}, captured ${order.captured_minor} of ${order.total_minor}${order.cancel_reason ? `, ${order.cancel_reason}` : ''}`
      : 'order     none',
    `saga      ${collected.sagas.find((row) => row.id === orderId)?.state ?? 'none'}`,
    `payment   ${payment ? `${payment.state}, captured ${payment.captured_minor}, session ${payment.session_id ?? 'none'}` : 'none'}`,
    ...collected.refunds
      .filter((row) => row.order_id === orderId)
      .map((row) => `refund    ${row.id} ${row.amount_minor} ${row.state} (${row.cause})`),
    ...collected.paymentRefunds
      .filter((row) => row.order_id === orderId)
      .map((row) => `payment   refund ${row.id} ${row.amount_minor} ${row.state}`),
    ...collected.reservations
      .filter((row) => row.order_id === orderId)
      .map((row) => `stock     ${row.id} ${row.state} ${row.stock_lines}`),
    ...collected.movements.filter((row) => row.order_id === orderId).map((row) => `ledger    ${row.moved} × ${row.sku}`),
    ...sessions.map((session) => `stripe    session ${session.id} ${session.status}, ${session.payment_status}`),
    ...collected.stripe.charges
      .filter((charge) => intents.has(charge.payment_intent))
      .map((charge) => `stripe    charge ${charge.id} ${charge.status} ${charge.amount_captured}`),
    ...collected.stripe.refunds
      .filter((refund) => intents.has(refund.payment_intent))
      .map((refund) => `stripe    refund ${refund.id} ${refund.status} ${refund.amount}`),
  ]
}

const clock = (at: Date): string => at.toISOString().slice(11, 23)

/** The report on one order: requests, rows, events, faults and changes in time order, then the final state. */
export const orderReport = (collected: CollectedState, entries: readonly Entry[], orderId: string): string[] => {
  const own = [
    ...momentsOf(collected, orderId),
    ...entries
      .filter((entry) => entry.kind === 'operation' && entry.orderId === orderId)
      .map((entry) => ({ at: entry.at, text: lineOf(entry) })),
  ]
  const times = own.map((moment) => moment.at.getTime())
  const [first, last] = [Math.min(...times) - 15_000, Math.max(...times) + 1000]
  const notes = entries.filter((entry) => entry.kind !== 'operation' && entry.at.getTime() >= first && entry.at.getTime() <= last)
  const timeline = [...own, ...notes.map((entry) => ({ at: entry.at, text: lineOf(entry) }))].toSorted(
    (a, b) => a.at.getTime() - b.at.getTime(),
  )
  return [
    `Order ${orderId}`,
    ...timeline.map((moment) => `  ${clock(moment.at)} ${moment.text}`),
    '  final state',
    ...finalState(collected, orderId).map((line) => `    ${line}`),
  ]
}

/** The orders of an SKU: a wrong stock level names no order, so the report lists the candidates. */
const skuReport = ({ reservations, stock }: CollectedState, sku: string): string[] => {
  const level = stock.find((row) => row.sku === sku)
  if (level === undefined) return []
  const lines = reservations.flatMap(({ order_id: orderId, state, stock_lines: text }) =>
    linesOf(text)
      .filter((line) => line.sku === sku)
      .map(({ quantity }) => `  ${orderId} ${quantity} ${state}`),
  )
  return ['', `SKU ${sku}: ${level.stocked} stocked, ${level.on_hand} on hand, ${level.reserved} reserved; its orders:`, ...lines]
}

/** All violations, and the reports on the first few orders and SKUs among them. */
export const failureReport = (
  violations: readonly Violation[],
  collected: CollectedState,
  entries: readonly Entry[],
  most = 3,
): string[] => {
  const subjects = [...new Set(violations.map((violation) => violation.subject))]
  const orders = subjects.filter((subject) => subject.startsWith('ord_')).slice(0, most)
  const skus = subjects.filter((subject) => collected.stock.some(({ sku }) => sku === subject)).slice(0, most)
  return [
    ...violations.slice(0, 60).map((violation) => `✗ ${violation.invariant}: ${violation.subject}: ${violation.what}`),
    ...(violations.length > 60 ? [`… and ${violations.length - 60} more`] : []),
    ...skus.flatMap((sku) => skuReport(collected, sku)),
    ...orders.flatMap((orderId) => ['', ...orderReport(collected, entries, orderId)]),
  ]
}
