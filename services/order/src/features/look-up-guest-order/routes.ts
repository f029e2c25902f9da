// Guest order lookup: order number and e-mail address request a code by email; the code is exchanged for a token that reads this order.
import { AppError, orderApi } from '@cartwright/contracts'
import { enqueue } from '@cartwright/messaging'
import { signOrderToken } from '@cartwright/service-kit'
import { route } from '../../deps.ts'
import { consumeCode, findByNumber, recordAttempt, unknownOrderId } from '../../domain/order-codes.ts'
import type { Lookup } from './job.ts'

export const lookupOrder = route(orderApi.lookupOrder, async ({ request, deps }) => {
  const row = await findByNumber(deps.db, request.body)
  await deps.db.tx((tx) => enqueue<Lookup>(tx, 'send-lookup-code', deps.newId('lkp'), { orderId: row?.id ?? null }))
  return { status: 'accepted' as const }
})

export const verifyLookup = route(orderApi.verifyLookup, async ({ request, deps }) => {
  const row = await findByNumber(deps.db, request.body)
  const orderId = row?.id ?? unknownOrderId
  await recordAttempt(deps.db, orderId)
  await deps.db.tx((tx) => consumeCode(tx, orderId, 'lookup', request.body.code, deps))
  if (row === null) throw new AppError('otp_invalid')
  const { lookupTokenSec } = deps.config
  const accessToken = await signOrderToken(
    deps.shared.internalAuthSecret,
    deps.clock,
    { orderId, principalId: row.principal_id },
    lookupTokenSec,
  )
  return { accessToken, tokenType: 'Bearer' as const, expiresInSec: lookupTokenSec, orderId, number: row.number }
})
