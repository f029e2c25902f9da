// The long poll that a frontend uses between checkout and the hosted page, and after it.
import { AppError, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { findOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { paymentViewOf } from '../payment-view.ts'

export const getPayment = route(orderApi.getPayment, async (req, { db, waiters }: OrderDeps) => {
  const { waitSec = 0, known } = req.query
  const until = performance.now() + waitSec * 1000
  const watch = waiters.watch(req.params.orderId)
  try {
    for (;;) {
      const row = await findOrder(db, sql`id = ${req.params.orderId} AND principal_id = ${req.principal.id}`)
      if (row === null) throw new AppError('not_found')
      const view = paymentViewOf(row)
      const left = until - performance.now()
      if (view.state !== known || left <= 0 || req.raw.socket.destroyed || waiters.closed) return view
      await watch.changed(row.version, left)
    }
  } finally {
    watch.close()
  }
})
