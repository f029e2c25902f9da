// Operators look into a checkout, ask again for what it waits for, or undo it where its table allows that.
import { AppError, orderApi, type Saga } from '@cartwright/contracts'
import { type Queryable, sql, type Tx } from '@cartwright/db'
import { traceIdOf } from '@cartwright/messaging'
import { audit, route } from '@cartwright/service-kit'
import { checkoutSaga, lockWithSaga } from '../checkout-saga/effects.ts'
import type { Input } from '../checkout-saga/saga.ts'
import { changeOrder, findOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { actionsOf, eventOf, waitsFor } from './view.ts'

interface SentRow {
  event_id: string
  event_type: string
  occurred_at: Date
}

/** What order told the others; rows that were purged after a week are missing. */
const listSent = (db: Queryable, orderId: string): Promise<SentRow[]> =>
  db.rows<SentRow>`SELECT event_id, event_type, occurred_at FROM outbox_event WHERE aggregate_type = 'order' AND aggregate_id = ${orderId} ORDER BY id`

const traceOf = (traceparent: string) => traceIdOf({ traceparent, correlationId: '' })

const viewSaga = async (db: Queryable, orderId: string): Promise<Saga> => {
  const order = await findOrder(db, sql`id = ${orderId}`)
  const instance = await checkoutSaga.find(db, orderId)
  if (order === null || instance === null) throw new AppError('not_found')
  const steps = (await checkoutSaga.steps(db, orderId)).map((step) => ({ ...step, event: eventOf(step) }))
  const sent = (await listSent(db, orderId)).map((row) => ({
    at: row.occurred_at.toISOString(),
    direction: 'sent' as const,
    type: row.event_type,
    id: row.event_id,
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
    // Of one moment, what was received comes first: it caused what was sent.
    events: [...received, ...sent].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  }
}

/** Feeds an operator's wish to the saga, with its audit row. @throws AppError order_state where the table has no row for it */
const ask = async (
  tx: Tx,
  orderId: string,
  input: Extract<Input, 'retryAsked' | 'compensateAsked'>,
  by: { actor: string; reason: string | null },
  deps: OrderDeps,
) => {
  const before = await checkoutSaga.lockState(tx, orderId)
  if (before === null) throw new AppError('not_found')
  const after = await checkoutSaga.feed(tx, orderId, input, { by: by.actor }, deps)
  if (after === null) {
    throw new AppError('order_state', `a checkout that is ${before} does not take this`, {
      sagaState: before,
      allowed: actionsOf(before),
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

export const getSaga = route(orderApi.getSaga, (req, { db }: OrderDeps) => viewSaga(db, req.params.orderId))

/** Read after the commit, which writes the step and its events. */
export const retrySaga = route(orderApi.retrySaga, async (req, deps: OrderDeps) => {
  const { orderId } = req.params
  const by = { actor: req.principal.id, reason: req.body?.reason ?? null }
  await deps.db.tx((tx) => ask(tx, orderId, 'retryAsked', by, deps))
  return viewSaga(deps.db, orderId)
})

/** Whoever compensates is who cancelled, also when a customer had asked before. */
export const compensateSaga = route(orderApi.compensateSaga, async (req, deps: OrderDeps) => {
  const { reason } = req.body
  const actor = req.principal.id
  await deps.db.tx(async (tx) => {
    const row = await lockWithSaga(tx, req.params.orderId)
    changeOrder(tx, row, {
      cancel_requested_at: row.cancel_requested_at ?? tx.dbNow,
      cancel_requested_by: actor,
      cancel_note: reason,
    })
    await ask(tx, row.id, 'compensateAsked', { actor, reason }, deps)
  })
  return viewSaga(deps.db, req.params.orderId)
})
