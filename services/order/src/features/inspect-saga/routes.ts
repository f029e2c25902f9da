// Saga inspector routes: show a checkout, repeat its current request, or compensate it where the table allows that.
import { AppError, orderApi, type Saga } from '@cartwright/contracts'
import { type Queryable, sql, type Tx } from '@cartwright/db'
import { publishedEvents } from '@cartwright/messaging'
import { audit } from '@cartwright/service-kit'
import { traceIdOf } from '@cartwright/telemetry'
import { changeOrder, findOrder } from '../../db/orders.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { checkoutSaga, lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import type { Input } from '../../domain/checkout-saga/saga.ts'
import { actionsOf, eventOf, waitsFor } from './view.ts'

const traceOf = (traceparent: string) => traceIdOf({ traceparent, correlationId: '' })

const viewSaga = async (db: Queryable, orderId: string): Promise<Saga> => {
  const order = await findOrder(db, sql`id = ${orderId}`)
  const instance = await checkoutSaga.find(db, orderId)
  if (order === null || instance === null) throw new AppError('not_found')
  const steps = (await checkoutSaga.steps(db, orderId)).map((step) => ({ ...step, event: eventOf(step) }))
  const sent = (await publishedEvents(db, { type: 'order', id: orderId })).map((event) => ({
    at: event.occurredAt.toISOString(),
    direction: 'sent' as const,
    type: event.type,
    id: event.id,
  }))
  const received = steps.flatMap(({ at, event }) =>
    event?.type ? [{ at: at.toISOString(), direction: 'received' as const, type: event.type, id: event.id }] : [],
  )
  return {
    orderId,
    number: order.number,
    status: order.status,
    state: instance.state,
    waitsFor: waitsFor(instance.state),
    tries: instance.tries,
    deadlineAt: instance.deadlineAt?.toISOString() ?? null,
    traceId: traceIdOf(instance.trace),
    correlationId: instance.trace.correlationId,
    startedAt: instance.startedAt.toISOString(),
    updatedAt: instance.updatedAt.toISOString(),
    actions: actionsOf(instance.state),
    steps: steps.map(({ at, input, event, from, to, effects, traceparent }) => ({
      at: at.toISOString(),
      input,
      event,
      from,
      to,
      effects,
      traceId: traceOf(traceparent),
    })),
    // At equal times received events come first: they caused the sent ones.
    events: [...received, ...sent].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  }
}

/** Feeds an operator's request to the saga and writes its audit row. @throws AppError order_state where the table has no row for it */
const feedOperatorRequest = async (
  tx: Tx,
  orderId: string,
  input: Extract<Input, 'retryAsked' | 'compensateAsked'>,
  by: { actor: string; reason: string | null },
  deps: OrderDeps,
) => {
  const before = await checkoutSaga.lockState(tx, orderId)
  if (before === null) throw new AppError('not_found')
  const after = await checkoutSaga.feed(tx, orderId, input, undefined, deps)
  if (after === null) {
    throw new AppError('order_state', {
      detail: `a checkout in the state ${before} does not accept this action: see allowed`,
      extra: {
        sagaState: before,
        allowed: actionsOf(before),
      },
    })
  }
  const action = input === 'retryAsked' ? 'saga.retry' : 'saga.compensate'
  await audit(tx, {
    actor: by.actor,
    action,
    target: orderId,
    before: { state: before },
    after: { state: after, reason: by.reason },
  })
}

export const getSaga = route(orderApi.getSaga, ({ request, deps: { db } }) => viewSaga(db, request.params.orderId))

/** The view is read after the commit, which writes the step and its events. */
export const retrySaga = route(orderApi.retrySaga, async ({ request, deps }) => {
  const { orderId } = request.params
  const by = { actor: request.principal.id, reason: request.body?.reason ?? null }
  await deps.db.tx((tx) => feedOperatorRequest(tx, orderId, 'retryAsked', by, deps))
  return viewSaga(deps.db, orderId)
})

/** The operator who compensates is recorded as the canceller, also after a customer's request. */
export const compensateSaga = route(orderApi.compensateSaga, async ({ request, deps }) => {
  const { reason } = request.body
  const actor = request.principal.id
  await deps.db.tx(async (tx) => {
    const row = await lockWithSaga(tx, request.params.orderId)
    await changeOrder(tx, row, {
      cancel_requested_at: row.cancel_requested_at ?? tx.dbNow,
      cancel_requested_by: actor,
      cancel_note: reason,
    })
    await feedOperatorRequest(tx, row.id, 'compensateAsked', { actor, reason }, deps)
  })
  return viewSaga(deps.db, request.params.orderId)
})
