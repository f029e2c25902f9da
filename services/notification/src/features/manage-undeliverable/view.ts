// Maps a mark of an undeliverable address to the view for operators.
import type { UndeliverableAddress } from '@cartwright/contracts'
import type { UndeliverableAddressRow } from '../../db/undeliverable.ts'

export const viewOf = (row: UndeliverableAddressRow): UndeliverableAddress => ({
  id: row.id,
  address: row.address,
  reason: row.reason,
  provider: row.provider,
  detail: row.detail,
  messageId: row.message_id,
  markedAt: row.marked_at.toISOString(),
  clearedAt: row.cleared_at?.toISOString() ?? null,
})
