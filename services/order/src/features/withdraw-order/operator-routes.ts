// Operators look through withdrawals and close them.
import { orderApi } from '@cartwright/contracts'
import { audit } from '@cartwright/service-kit'
import { getWithdrawal, insertHandling, listWithdrawals } from '../../db/withdrawals.ts'
import { route } from '../../deps.ts'

export const adminListWithdrawals = route(orderApi.adminListWithdrawals, ({ request, deps: { db } }) => {
  const { limit = 20, cursor, ...filter } = request.query
  return listWithdrawals(db, filter, limit, cursor)
})

export const handleWithdrawal = route(orderApi.handleWithdrawal, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const { id } = await getWithdrawal(tx, request.params.withdrawalId)
    const actor = request.principal.id
    const note = request.body?.note ?? null
    const isFirst = await insertHandling(tx, { withdrawal_id: id, handled_by: actor, note, handled_at: deps.clock.now() })
    const handled = await getWithdrawal(tx, id)
    if (isFirst)
      await audit(tx, {
        actor,
        action: 'withdrawal.handle',
        target: id,
        before: { state: 'open' },
        after: { state: 'handled', orderId: handled.orderId },
      })
    return handled
  }),
)
