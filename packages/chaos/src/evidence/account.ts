// The shortest account of what went wrong: one order's story across services, clients and faults, in time order.
import { type Entry, lineOf } from '../journal.ts'
import { intentsOf } from './ledger.ts'
import { type Evidence, linesOf, type Violation } from './rows.ts'

interface Moment {
  at: Date
  text: string
}

const momentsOf = (evidence: Evidence, orderId: string): Moment[] => {
  const ids = new Set(evidence.events.filter((event) => event.aggregate_id === orderId).map((event) => event.event_id))
  return [
    ...evidence.history
      .filter((entry) => entry.order_id === orderId)
      .map((entry) => ({
        at: entry.created_at,
        text: `order     ${entry.from_status ?? '–'} → ${entry.to_status} (${entry.actor})`,
      })),
    ...evidence.sagaSteps
      .filter((step) => step.saga_id === orderId)
      .map((step) => ({
        at: step.created_at,
        text: `saga      ${step.input}: ${step.from_state} → ${step.to_state}${step.effects ? ` [${step.effects}]` : ''}`,
      })),
    ...evidence.events
      .filter((event) => ids.has(event.event_id))
      .map((event) => {
        const readers = (evidence.readers[event.event_type] ?? []).map((reader) => {
          const taken = evidence.inbox.some(
            (row) => row.owner === reader.owner && row.consumer === reader.consumer && row.event_id === event.event_id,
          )
          return `${reader.consumer}${taken ? '' : ' NOT'}`
        })
        return {
          at: event.occurred_at,
          text: `event     ${event.event_type} ${event.event_id}${event.published_at ? '' : ' UNPUBLISHED'}${readers.length > 0 ? ` taken by ${readers.join(', ')}` : ''}`,
        }
      }),
    ...evidence.deadLetters
      .filter((letter) => letter.partition_key === orderId)
      .map((letter) => ({
        at: evidence.now,
        text: `dead      ${letter.consumer}: ${letter.event_type} (${letter.reason}) ${letter.error.slice(0, 120)}`,
      })),
  ]
}

const standing = (evidence: Evidence, orderId: string): string[] => {
  const order = evidence.orders.find((row) => row.id === orderId)
  const payment = evidence.payments.find((row) => row.order_id === orderId)
  const sessions = evidence.stripe.sessions.filter((session) => session.metadata.orderId === orderId)
  const intents = intentsOf(evidence.stripe, orderId)
  return [
    order
      ? `order     ${order.status}, payment ${order.payment_status}, refund ${order.refund_status}, captured ${order.captured_minor} of ${order.total_minor}${order.cancel_reason ? `, ${order.cancel_reason}` : ''}`
      : 'order     there is none',
    `saga      ${evidence.sagas.find((row) => row.id === orderId)?.state ?? 'none'}`,
    `payment   ${payment ? `${payment.state}, captured ${payment.captured_minor}, session ${payment.session_id ?? 'none'}` : 'none'}`,
    ...evidence.refunds
      .filter((row) => row.order_id === orderId)
      .map((row) => `refund    ${row.id} ${row.amount_minor} ${row.state} (${row.cause})`),
    ...evidence.paymentRefunds
      .filter((row) => row.order_id === orderId)
      .map((row) => `payment’s refund ${row.id} ${row.amount_minor} ${row.state}`),
    ...evidence.reservations
      .filter((row) => row.order_id === orderId)
      .map((row) => `stock     ${row.id} ${row.state} ${row.stock_lines}`),
    ...evidence.movements.filter((row) => row.order_id === orderId).map((row) => `ledger    ${row.moved} × ${row.sku}`),
    ...sessions.map((session) => `stripe    session ${session.id} ${session.status}, ${session.payment_status}`),
    ...evidence.stripe.charges
      .filter((charge) => intents.has(charge.payment_intent))
      .map((charge) => `stripe    charge ${charge.id} ${charge.status} ${charge.amount_captured}`),
    ...evidence.stripe.refunds
      .filter((refund) => intents.has(refund.payment_intent))
      .map((refund) => `stripe    refund ${refund.id} ${refund.status} ${refund.amount}`),
  ]
}

const clock = (at: Date): string => at.toISOString().slice(11, 23)

/** Tells the story of an order: what clients did, what services wrote and sent, which faults there were meanwhile, and where it stands. */
export const accountOf = (evidence: Evidence, entries: readonly Entry[], orderId: string): string[] => {
  const own = [
    ...momentsOf(evidence, orderId),
    ...entries
      .filter((entry) => entry.kind === 'operation' && entry.orderId === orderId)
      .map((entry) => ({ at: entry.at, text: lineOf(entry) })),
  ]
  const times = own.map((moment) => moment.at.getTime())
  const [first, last] = [Math.min(...times) - 15_000, Math.max(...times) + 1000]
  const faults = entries.filter((entry) => entry.kind === 'fault' && entry.at.getTime() >= first && entry.at.getTime() <= last)
  const story = [...own, ...faults.map((entry) => ({ at: entry.at, text: lineOf(entry) }))].toSorted(
    (a, b) => a.at.getTime() - b.at.getTime(),
  )
  return [
    `Order ${orderId}`,
    ...story.map((moment) => `  ${clock(moment.at)} ${moment.text}`),
    '  in the end',
    ...standing(evidence, orderId).map((line) => `    ${line}`),
  ]
}

/** What orders wanted of an SKU and what became of it: a level that is wrong names no order, one of these is it. */
const accountOfSku = ({ reservations, stock }: Evidence, sku: string): string[] => {
  const level = stock.find((row) => row.sku === sku)
  if (level === undefined) return []
  const lines = reservations.flatMap(({ order_id: orderId, state, stock_lines: text }) =>
    linesOf(text)
      .filter((line) => line.sku === sku)
      .map(({ quantity }) => `  ${orderId} ${quantity} ${state}`),
  )
  return ['', `SKU ${sku}: ${level.stocked} stocked, ${level.on_hand} on hand, ${level.reserved} reserved; its orders`, ...lines]
}

/** Every violation, and the accounts of the first few orders and SKUs among them. */
export const explain = (violations: readonly Violation[], evidence: Evidence, entries: readonly Entry[], most = 3): string[] => {
  const subjects = [...new Set(violations.map((violation) => violation.subject))]
  const orders = subjects.filter((subject) => subject.startsWith('ord_')).slice(0, most)
  const skus = subjects.filter((subject) => evidence.stock.some(({ sku }) => sku === subject)).slice(0, most)
  return [
    ...violations.slice(0, 60).map((violation) => `✗ ${violation.invariant}: ${violation.subject}: ${violation.what}`),
    ...(violations.length > 60 ? [`… and ${violations.length - 60} more`] : []),
    ...skus.flatMap((sku) => accountOfSku(evidence, sku)),
    ...orders.flatMap((orderId) => ['', ...accountOf(evidence, entries, orderId)]),
  ]
}
