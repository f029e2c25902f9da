// Operators list the addresses that are marked as undeliverable, and clear a mark.
import { AppError, notificationApi } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import { listMarks, lockMark, updateMark } from '../../db/undeliverable.ts'
import { route } from '../../deps.ts'
import { viewOf } from './view.ts'

const sortName = '-id'

export const adminListUndeliverableAddresses = route(
  notificationApi.adminListUndeliverableAddresses,
  async ({ request, deps: { db } }) => {
    const { limit = 20, cursor, address = null } = request.query
    const before = cursor === undefined ? null : String(decodeCursor(sortName, cursor, 1)[0])
    const rows = await listMarks(db, { address, before, limit: limit + 1 })
    const { items, nextCursor } = pageOf(rows, limit, (last) => encodeCursor(sortName, [last.id]))
    return { items: items.map(viewOf), nextCursor }
  },
)

export const adminClearUndeliverableAddress = route(
  notificationApi.adminClearUndeliverableAddress,
  ({ request, deps, idempotentTx }) =>
    idempotentTx(async (tx) => {
      const row = await lockMark(tx, 'id', request.params.markId)
      if (row === null) throw new AppError('not_found')
      if (row.cleared_at !== null) return viewOf(row)
      const cleared = { ...row, cleared_at: deps.clock.now() }
      await updateMark(tx, cleared)
      await audit(tx, {
        actor: request.principal.id,
        action: 'undeliverable-address.clear',
        target: row.id,
        before: { isCleared: false },
        after: { isCleared: true },
      })
      return viewOf(cleared)
    }),
)
