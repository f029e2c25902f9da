// No more effects than were promised: one refund per key, one movement per delivery and per step of a reservation, one mail per event and reader.
import { type Evidence, linesOf, type Violation, wasCalm } from '../evidence/rows.ts'
import type { Operation } from '../journal.ts'

const repeated = <T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] =>
  [...Map.groupBy(items, keyOf)].filter(([, group]) => group.length > 1)

/** Keys of what clients asked for: those that were granted, and all that may have been. */
const keysOf = (operations: readonly Operation[]): { granted: number; possible: number } => {
  const wasGranted = ({ status }: Operation) => status !== null && status < 300
  const may = operations.filter((operation) => wasGranted(operation) || operation.status === null || operation.status >= 500)
  return {
    granted: new Set(operations.filter(wasGranted).map(({ key }) => key)).size,
    possible: new Set(may.map(({ key }) => key)).size,
  }
}

const told = (subject: string, what: string): Violation => ({ invariant: 'effects', subject, what })

/** At Stripe each of our refunds is made once; what bears no id of ours was made in the dashboard. */
const atStripe = (evidence: Evidence): Violation[] => {
  const orderOf = new Map(
    evidence.stripe.sessions.map(({ payment_intent: intent, metadata }) => [intent, metadata.orderId ?? ''] as const),
  )
  const own = evidence.stripe.refunds
    .map((refund) => ({ ...refund, orderId: orderOf.get(refund.payment_intent) ?? '' }))
    .filter(({ orderId }) => evidence.orders.some((order) => order.id === orderId))
  const named = own.filter(({ metadata }) => metadata.refundId !== undefined)
  const known = new Map(evidence.paymentRefunds.map((refund) => [refund.id, refund]))
  const strangers = Map.groupBy(
    own.filter(({ metadata }) => metadata.refundId === undefined),
    ({ orderId }) => orderId,
  )
  return [
    ...repeated(named, ({ metadata }) => metadata.refundId ?? '').map(([id, group]) =>
      told(group[0]?.orderId ?? id, `refund ${id} was made ${group.length} times at Stripe`),
    ),
    ...named
      .filter(({ metadata, orderId }) => known.get(metadata.refundId ?? '')?.order_id !== orderId)
      .map(({ metadata, orderId }) => told(orderId, `Stripe made refund ${metadata.refundId}, which is in no row of this order`)),
    ...evidence.paymentRefunds
      .filter(({ state, origin }) => state === 'succeeded' && origin === 'order')
      .filter(({ id }) => !named.some(({ metadata }) => metadata.refundId === id))
      .map(({ id, order_id: orderId }) => told(orderId, `refund ${id} has succeeded, and Stripe never made it`)),
    ...[...strangers].flatMap(([orderId, group]) => {
      const rows = evidence.paymentRefunds.filter((row) => row.order_id === orderId && row.origin === 'dashboard').length
      return rows === group.length
        ? []
        : [told(orderId, `${group.length} refunds were made in the dashboard, and ${rows} rows say so`)]
    }),
  ]
}

/** One refund for each key of an operator. */
const perKey = (evidence: Evidence): Violation[] =>
  evidence.orders.flatMap((order) => {
    const asked = evidence.operations.filter(({ action, orderId }) => action === 'refund' && orderId === order.id)
    const made = evidence.refunds.filter((refund) => refund.order_id === order.id && refund.cause.startsWith('operator:')).length
    const { granted, possible } = keysOf(asked)
    if (made >= granted && made <= possible) return []
    return [told(order.id, `operators were granted ${granted} refunds and may have had ${possible}; ${made} were made`)]
  })

/** One movement for each key of a delivery. */
const deliveries = (evidence: Evidence): Violation[] =>
  evidence.stock.flatMap(({ sku }) => {
    const asked = evidence.operations.filter(({ action }) => /^stock -?\d+ of /.test(action) && action.endsWith(` of ${sku}`))
    const { granted, possible } = keysOf(asked)
    const made = evidence.moves.filter((move) => move.sku === sku && move.actor !== 'order').length
    if (made >= granted && made <= possible) return []
    return [told(sku, `operators delivered ${granted} to ${possible} times, the ledger has ${made} movements of theirs`)]
  })

/** One movement out for each SKU of a reservation that was sold, and one back for each of what was returned. */
const steps = (evidence: Evidence): Violation[] => {
  const moves = Map.groupBy(
    evidence.moves.filter(({ actor }) => actor === 'order'),
    ({ reference, sku, delta }) => `${reference} ${sku} ${delta < 0 ? 'out' : 'back'}`,
  )
  const wanted = new Map<string, number>()
  const want = (orderId: string, text: string, way: 'out' | 'back') => {
    for (const sku of new Set(linesOf(text).map((line) => line.sku))) {
      const step = `${orderId} ${sku} ${way}`
      wanted.set(step, (wanted.get(step) ?? 0) + 1)
    }
  }
  for (const { order_id: orderId, state, stock_lines: text } of evidence.reservations)
    if (state === 'committed') want(orderId, text, 'out')
  for (const { reservation_id: id, stock_lines: text } of evidence.stockReturns)
    want(evidence.reservations.find((each) => each.id === id)?.order_id ?? '', text, 'back')
  return [...new Set([...moves.keys(), ...wanted.keys()])].flatMap((step) => {
    const [made, due] = [moves.get(step)?.length ?? 0, wanted.get(step) ?? 0]
    const [orderId = '', sku, way] = step.split(' ')
    return made === due ? [] : [told(orderId, `${sku} should have moved ${way} ${due} times, and did ${made} times`)]
  })
}

const refundMail = 'refund-succeeded'

/** One mail per event, template and reader; one per refund that was made; and under one Message-ID no copy in a shop that nobody disturbed. */
const perEvent = (evidence: Evidence): Violation[] => {
  const calm = wasCalm(evidence)
  return [
    ...repeated(evidence.messages, (message) => `${message.event_id} ${message.template} ${message.recipient}`).map(
      ([key, group]) => told(group[0]?.order_id ?? key, `${group.length} mails were asked for: ${key}`),
    ),
    ...evidence.orders.flatMap((order) => {
      const sent = evidence.messages.filter(({ order_id: id, template }) => id === order.id && template === refundMail).length
      const announced = evidence.events.filter(
        (event) => event.aggregate_id === order.id && event.event_type === 'payment.refund-succeeded',
      )
      const refunds = new Set(announced.map((event) => (JSON.parse(event.payload) as { refundId: string }).refundId)).size
      return sent <= refunds ? [] : [told(order.id, `${sent} mails say that money was sent back, of ${refunds} refunds`)]
    }),
    ...evidence.mails
      .filter(({ messageId, copies }) => calm && copies > 1 && evidence.messages.some(({ id }) => messageId.includes(id)))
      .map(({ messageId, copies }) => told(messageId, `it arrived ${copies} times, and nothing went wrong meanwhile`)),
  ]
}

export const effects = (evidence: Evidence): Violation[] => [
  ...atStripe(evidence),
  ...perKey(evidence),
  ...deliveries(evidence),
  ...steps(evidence),
  ...perEvent(evidence),
]
