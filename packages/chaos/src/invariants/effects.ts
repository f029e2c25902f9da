// Invariant on effects: no more refunds, stock movements and mails than were requested, also where all sums are right.
import { type CollectedState, linesOf, type Violation, wasUndisturbed } from '../collected-state/rows.ts'
import type { Operation } from '../journal.ts'

const repeated = <T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] =>
  [...Map.groupBy(items, keyOf)].filter(([, group]) => group.length > 1)

/** The number of idempotency keys that were granted, and of those that may have been. */
const keysOf = (operations: readonly Operation[]): { granted: number; possible: number } => {
  const wasGranted = ({ status }: Operation) => status !== null && status < 300
  const may = operations.filter((operation) => wasGranted(operation) || operation.status === null || operation.status >= 500)
  return {
    granted: new Set(operations.filter(wasGranted).map(({ key }) => key)).size,
    possible: new Set(may.map(({ key }) => key)).size,
  }
}

const violation = (subject: string, what: string): Violation => ({ invariant: 'effects', subject, what })

/** Each refund of the shop exists once at Stripe. A refund without the shop's id was made in the dashboard. */
const atStripe = (collected: CollectedState): Violation[] => {
  const orderOf = new Map(
    collected.stripe.sessions.map(({ payment_intent: intent, metadata }) => [intent, metadata.orderId ?? ''] as const),
  )
  const own = collected.stripe.refunds
    .map((refund) => ({ ...refund, orderId: orderOf.get(refund.payment_intent) ?? '' }))
    .filter(({ orderId }) => collected.orders.some((order) => order.id === orderId))
  const named = own.filter(({ metadata }) => metadata.refundId !== undefined)
  const known = new Map(collected.paymentRefunds.map((refund) => [refund.id, refund]))
  const unnamed = Map.groupBy(
    own.filter(({ metadata }) => metadata.refundId === undefined),
    ({ orderId }) => orderId,
  )
  return [
    ...repeated(named, ({ metadata }) => metadata.refundId ?? '').map(([id, group]) =>
      violation(group[0]?.orderId ?? id, `refund ${id} was made ${group.length} times at Stripe`),
    ),
    ...named
      .filter(({ metadata, orderId }) => known.get(metadata.refundId ?? '')?.order_id !== orderId)
      .map(({ metadata, orderId }) =>
        violation(orderId, `Stripe made refund ${metadata.refundId}, which has no row for this order`),
      ),
    ...collected.paymentRefunds
      .filter(({ state, origin }) => state === 'succeeded' && origin === 'order')
      .filter(({ id }) => !named.some(({ metadata }) => metadata.refundId === id))
      .map(({ id, order_id: orderId }) => violation(orderId, `refund ${id} has succeeded, and Stripe has no such refund`)),
    ...[...unnamed].flatMap(([orderId, group]) => {
      const rows = collected.paymentRefunds.filter((row) => row.order_id === orderId && row.origin === 'dashboard').length
      return rows === group.length
        ? []
        : [violation(orderId, `${group.length} refunds were made in the dashboard, and there are ${rows} rows`)]
    }),
  ]
}

/** One refund per idempotency key of an operator. */
const perKey = (collected: CollectedState): Violation[] =>
  collected.orders.flatMap((order) => {
    const asked = collected.operations.filter(({ action, orderId }) => action === 'refund' && orderId === order.id)
    const made = collected.refunds.filter((refund) => refund.order_id === order.id && refund.cause.startsWith('operator:')).length
    const { granted, possible } = keysOf(asked)
    if (made >= granted && made <= possible) return []
    return [
      violation(order.id, `operators were granted ${granted} refunds and may have been granted ${possible}; ${made} were made`),
    ]
  })

/** One stock movement per idempotency key of a delivery. */
const deliveries = (collected: CollectedState): Violation[] =>
  collected.stock.flatMap(({ sku }) => {
    const asked = collected.operations.filter(({ action }) => /^stock -?\d+ of /.test(action) && action.endsWith(` of ${sku}`))
    const { granted, possible } = keysOf(asked)
    const made = collected.moves.filter((move) => move.sku === sku && move.actor !== 'order').length
    if (made >= granted && made <= possible) return []
    return [violation(sku, `operators delivered ${granted} to ${possible} times, the ledger has ${made} of these movements`)]
  })

/** One movement out per SKU of a committed reservation, and one back per SKU of a return. */
const steps = (collected: CollectedState): Violation[] => {
  const moves = Map.groupBy(
    collected.moves.filter(({ actor }) => actor === 'order'),
    ({ reference, sku, delta }) => `${reference} ${sku} ${delta < 0 ? 'out' : 'back'}`,
  )
  const wanted = new Map<string, number>()
  const want = (orderId: string, text: string, way: 'out' | 'back') => {
    for (const sku of new Set(linesOf(text).map((line) => line.sku))) {
      const step = `${orderId} ${sku} ${way}`
      wanted.set(step, (wanted.get(step) ?? 0) + 1)
    }
  }
  for (const { order_id: orderId, state, stock_lines: text } of collected.reservations)
    if (state === 'committed') want(orderId, text, 'out')
  for (const { reservation_id: id, stock_lines: text } of collected.stockReturns)
    want(collected.reservations.find((each) => each.id === id)?.order_id ?? '', text, 'back')
  return [...new Set([...moves.keys(), ...wanted.keys()])].flatMap((step) => {
    const [made, due] = [moves.get(step)?.length ?? 0, wanted.get(step) ?? 0]
    const [orderId = '', sku, way] = step.split(' ')
    return made === due ? [] : [violation(orderId, `${sku} should have moved ${way} ${due} times, and did ${made} times`)]
  })
}

const refundMail = 'refund-succeeded'

/** One mail per event, template and recipient; one per refund; and without faults one copy per Message-ID. */
const perEvent = (collected: CollectedState): Violation[] => {
  const undisturbed = wasUndisturbed(collected)
  return [
    ...repeated(collected.messages, (message) => `${message.event_id} ${message.template} ${message.recipient}`).map(
      ([key, group]) => violation(group[0]?.order_id ?? key, `${group.length} mails were queued: ${key}`),
    ),
    ...collected.orders.flatMap((order) => {
      const sent = collected.messages.filter(({ order_id: id, template }) => id === order.id && template === refundMail).length
      const announced = collected.events.filter(
        (event) => event.aggregate_id === order.id && event.event_type === 'payment.refund-succeeded',
      )
      const refunds = new Set(announced.map((event) => (JSON.parse(event.payload) as { refundId: string }).refundId)).size
      return sent <= refunds ? [] : [violation(order.id, `${sent} refund mails were queued for ${refunds} refunds`)]
    }),
    ...collected.mails
      .filter(({ messageId, copies }) => undisturbed && copies > 1 && collected.messages.some(({ id }) => messageId.includes(id)))
      .map(({ messageId, copies }) => violation(messageId, `the mail arrived ${copies} times in a run without faults`)),
  ]
}

export const effects = (collected: CollectedState): Violation[] => [
  ...atStripe(collected),
  ...perKey(collected),
  ...deliveries(collected),
  ...steps(collected),
  ...perEvent(collected),
]
