// Withdrawal in two public steps: number and address request a code, and the code withdraws from the order, once, with a receipt.
import { AppError, orderApi, orderEvents, type WithdrawalReceipt } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { enqueue, publish } from '@cartwright/messaging'
import type { WithdrawalRow } from '../../db/generated/rows.ts'
import { linesOf, listHistory, mailOf, type OrderRow } from '../../db/orders.ts'
import { findWithdrawalOf, insertWithdrawal } from '../../db/withdrawals.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import { consumeCode, findByNumber, isRepeatedCode, recordAttempt, unknownOrderId } from '../../domain/order-codes.ts'
import { type Withdrawn, withdrawnKinds } from '../../domain/withdrawn.ts'
import { assertWithdrawable } from './decide.ts'
import { type Claimed, codeKind } from './job.ts'
import { receiptText } from './receipt.ts'

export const requestWithdrawal = route(orderApi.requestWithdrawal, async ({ request, deps }) => {
  const row = await findByNumber(deps.db, request.body)
  await deps.db.tx((tx) => enqueue<Claimed>(tx, codeKind, deps.newId('lkp'), { orderId: row?.id ?? null }))
  return { status: 'accepted' as const }
})

const receiptOf = (row: WithdrawalRow, number: string): WithdrawalReceipt => ({
  withdrawalId: row.id,
  number,
  receivedAt: row.received_at.toISOString(),
  receipt: row.receipt,
})

/** Writes the receipt of a locked order, mails it, and starts what follows for its goods. @throws AppError withdrawal_not_possible */
const withdraw = async (tx: Tx, order: OrderRow, deps: OrderDeps): Promise<WithdrawalRow> => {
  const { clock, config, shared, newId } = deps
  const now = clock.now()
  const deliveredAt = (await listHistory(tx, order.id)).find(({ to_status: to }) => to === 'delivered')?.created_at ?? null
  const state = { status: order.status, returnStatus: order.return_status, deliveredAt }
  assertWithdrawable(state, { now, days: config.withdrawalDays })
  const receipt = receiptText(
    { shopName: shared.shopName, number: order.number, placedAt: order.created_at, receivedAt: now, goods: linesOf(order) },
    { locale: order.locale, timeZone: shared.timeZone },
  )
  const row = await insertWithdrawal(tx, { id: newId('wdr'), order_id: order.id, receipt, received_at: now })
  await publish(tx, orderEvents.withdrawn, { ...mailOf(order), withdrawalId: row.id, receipt, at: now.toISOString() })
  await enqueue<Withdrawn>(tx, withdrawnKinds.cancel, row.id, { orderId: order.id })
  return row
}

export const confirmWithdrawal = route(orderApi.confirmWithdrawal, async ({ request, deps }) => {
  const { code } = request.body
  const found = await findByNumber(deps.db, request.body)
  await recordAttempt(deps.db, found?.id ?? unknownOrderId)
  return deps.db.tx(async (tx) => {
    // The order is locked before its codes, as where they are issued.
    const order = found === null ? null : await lockWithSaga(tx, found.id)
    const known = order === null ? null : await findWithdrawalOf(tx, order.id)
    if (order !== null && known !== null && (await isRepeatedCode(tx, order.id, 'withdrawal', code, deps)))
      return receiptOf(known, order.number)
    await consumeCode(tx, order?.id ?? unknownOrderId, 'withdrawal', code, deps)
    if (order === null) throw new AppError('otp_invalid')
    return receiptOf(known ?? (await withdraw(tx, order, deps)), order.number)
  })
})
