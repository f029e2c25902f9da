// Commands for orders and their sagas: show the state and its deadline, retry, compensate.
import { type AdminOrder, orderApi, plainMoney, type Saga } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'
import type { AdminApi } from './admin-api.ts'
import { type Command, facts, grid, type Outcome, textOf, timeOf, UsageError } from './command.ts'
import type { DiscoveredShop } from './discovery.ts'

/** Finds the order's id by its id, or by its number in any spelling. @throws UsageError, ProgramError */
const orderIdOf = async (api: AdminApi, written: string | undefined): Promise<string> => {
  if (written === undefined) throw new UsageError('Name an order: its number or its id.')
  if (/^ord_\w+$/.test(written)) return written
  if (!/^[A-Za-z0-9 -]{8,24}$/.test(written)) throw new UsageError(`${written} is neither a number nor an id of an order.`)
  const { items } = await api.call(orderApi.adminListOrders, { query: { number: written } })
  const [found] = items
  if (found === undefined) throw new ProgramError(`There is no order ${written}.`)
  return found.id
}

/** How to read the log lines and the trace of an order; addresses are known for a shop on this machine that keeps them. */
const linksOf = ({ running }: DiscoveredShop, { orderId, traceId }: Saga): [string, string][] => [
  ['Log lines', `npm run ops -- logs ${orderId}`],
  ...(running?.logs ? [['', `${running.logs}?q=labels.order_id:${orderId}&sort=@timestamp&size=500`] as [string, string]] : []),
  ['Trace', `${running?.traces ?? ''}${traceId}`],
]

const eventTable = ({ events }: Saga): string =>
  grid(
    ['WHEN (UTC)', 'DIRECTION', 'EVENT', 'ID'],
    events.map(({ at, direction, type, id }) => [timeOf(at), direction, type, id]),
  )

const orderText = (order: AdminOrder): string =>
  [
    facts([
      ['Order', `${order.number} ${order.id}`],
      ['Status', order.status],
      ['Payment', `${order.paymentStatus}, ${plainMoney(order.captured)} of ${plainMoney(order.total)} captured`],
      ['Fulfilment', order.fulfilmentStatus],
      ['Refunds', `${order.refundStatus}, ${plainMoney(order.refundable)} may be refunded`],
      ['Cancelled', order.cancelReason],
      ['Placed', timeOf(order.createdAt)],
      ['Principal', `${order.principal.id} (${order.principal.role})`],
      ['Reservation', order.reservationId],
    ]),
    `\n${grid(
      ['SKU', 'QUANTITY', 'TOTAL', 'NAME'],
      order.lines.map((line) => [line.sku, line.quantity, plainMoney(line.lineTotal), line.name]),
    )}`,
    `\n${grid(
      ['WHEN (UTC)', 'FROM', 'TO', 'WHO', 'REASON'],
      order.history.map((entry) => [timeOf(entry.at), entry.from, entry.to, entry.actorId, entry.reason]),
    )}`,
    ...(order.refunds.length === 0
      ? []
      : [
          `\n${grid(
            ['REFUND', 'AMOUNT', 'STATE', 'MADE BY', 'REASON'],
            order.refunds.map((refund) => [refund.id, plainMoney(refund.amount), refund.state, refund.origin, refund.reason]),
          )}`,
        ]),
  ].join('\n')

const sagaText = (saga: Saga): string =>
  [
    facts([
      ['Order', `${saga.number} ${saga.orderId} (${saga.status})`],
      ['State', saga.tries === 0 ? saga.state : `${saga.state}, try ${saga.tries + 1}`],
      ['Waits for', saga.waitsFor.join(', ')],
      ['Deadline', timeOf(saga.deadlineAt)],
      ['Trace', saga.traceId],
      ['Possible now', saga.actions.join(', ')],
    ]),
    `\n${grid(
      ['WHEN (UTC)', 'INPUT', 'FROM', 'TO', 'DID'],
      saga.steps.map((step) => [timeOf(step.at), step.input, step.from, step.to, step.effects.join(', ')]),
    )}`,
  ].join('\n')

const sagaOutcome = (saga: Saga): Outcome => ({ data: saga, text: sagaText(saga) })
const reason = { reason: { type: 'string', about: 'reason, stored in the audit log' } } as const

const showOrder: Command = {
  name: 'order show',
  takes: '<number or id>',
  about: 'One order: money, lines, history, refunds, its checkout and events, its trace and log lines',
  run: async (context, [order]) => {
    const api = await context.api()
    const params = { orderId: await orderIdOf(api, order) }
    const [found, saga] = await Promise.all([
      api.call(orderApi.adminGetOrder, { params }),
      api.call(orderApi.getSaga, { params }),
    ])
    const text = [orderText(found), sagaText(saga), eventTable(saga), facts(linksOf(context.shop, saga))]
    return { data: { ...found, saga }, text: text.join('\n\n') }
  },
}

const showSaga: Command = {
  name: 'saga show',
  takes: '<order>',
  about: 'State of the checkout saga of an order, and its steps',
  run: async (context, [order]) => {
    const api = await context.api()
    return sagaOutcome(await api.call(orderApi.getSaga, { params: { orderId: await orderIdOf(api, order) } }))
  },
}

const retrySaga: Command = {
  name: 'saga retry',
  takes: '<order>',
  about: 'Repeat the request that the checkout waits for',
  options: reason,
  run: async (context, [order], options) => {
    const api = await context.api()
    const why = textOf(options, 'reason')
    const params = { orderId: await orderIdOf(api, order) }
    return sagaOutcome(await api.call(orderApi.retrySaga, { params, body: why === undefined ? {} : { reason: why } }))
  },
}

const compensateSaga: Command = {
  name: 'saga compensate',
  takes: '<order>',
  about: 'Undo a checkout now, without waiting for a response',
  options: reason,
  run: async (context, [order], options) => {
    const why = textOf(options, 'reason')
    if (why === undefined) throw new UsageError('--reason is required: it is stored in the audit log.')
    const api = await context.api()
    const params = { orderId: await orderIdOf(api, order) }
    return sagaOutcome(await api.call(orderApi.compensateSaga, { params, body: { reason: why } }))
  },
}

export const orderCommands: readonly Command[] = [showOrder, showSaga, retrySaga, compensateSaga]
