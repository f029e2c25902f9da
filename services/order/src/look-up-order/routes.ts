// A guest's way back to an order: number and address bring a mailed code, and the code a token that reads this one order.
import { AppError, orderApi } from '@cartwright/contracts'
import { enqueue } from '@cartwright/messaging'
import { route, signOrderToken } from '@cartwright/service-kit'
import type { OrderDeps } from '../deps.ts'
import { consumeCode, countGuess, findByNumber } from './codes.ts'
import type { Lookup } from './job.ts'

/** Stands for orders that do not exist, so that guessing at them costs what guessing at real ones costs. */
const nobodys = 'ord_none'

export const lookupOrder = route(orderApi.lookupOrder, async (req, deps: OrderDeps) => {
  const row = await findByNumber(deps.db, req.body)
  await deps.db.tx((tx) => enqueue<Lookup>(tx, 'send-lookup-code', deps.newId('lkp'), { orderId: row?.id ?? null }))
  return { status: 'accepted' as const }
})

export const verifyLookup = route(orderApi.verifyLookup, async (req, deps: OrderDeps) => {
  const row = await findByNumber(deps.db, req.body)
  const orderId = row?.id ?? nobodys
  await countGuess(deps.db, orderId)
  await deps.db.tx((tx) => consumeCode(tx, orderId, req.body.code, deps))
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
