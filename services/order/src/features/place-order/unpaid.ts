// Limit of unpaid orders per principal, and per client address for guests. Each unpaid order reserves stock.
import { createHmac } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { insertInto, type Tx } from '@cartwright/db'
import { type CustomerOrderRow, unpaidHolderTable } from '../../db/generated/rows.ts'
import type { OrderDeps } from '../../deps.ts'

/** Hash of a client address, stored while the order is unpaid. It can only be compared. */
export const clientHash = (internalAuthSecret: string, address: string): string =>
  createHmac('sha256', internalAuthSecret).update(`client address of an unpaid order: ${address}`).digest('base64url')

/** Locks the holder until the transaction ends, so that concurrent checkouts of one holder are counted in sequence. */
export const lockHolder = (tx: Tx, holder: string): void => {
  tx.write`${insertInto(unpaidHolderTable, { holder, used_at: tx.dbNow })} ON DUPLICATE KEY UPDATE used_at = VALUES(used_at)`
}

const refuseMore = async (tx: Tx, principalId: string, limit: number): Promise<void> => {
  lockHolder(tx, principalId)
  const unpaid = await tx.rows<Pick<CustomerOrderRow, 'id'>>`SELECT id FROM customer_order
    WHERE principal_id = ${principalId} AND status = 'pending' AND payment_status = 'awaiting' ORDER BY id LIMIT ${limit}`
  if (unpaid.length < limit) return
  throw new AppError('too_many_unpaid_orders', {
    detail: `at most ${limit} orders may wait for their payment at the same time`,
    extra: {
      limit,
      orderIds: unpaid.map(({ id }) => id),
    },
  })
}

const refuseMoreFrom = async (tx: Tx, client: string, limit: number): Promise<void> => {
  lockHolder(tx, client)
  const unpaid = await tx.rows<
    Pick<CustomerOrderRow, 'id'>
  >`SELECT id FROM customer_order WHERE client_hash = ${client} LIMIT ${limit}`
  // The orders belong to other guests, so their ids are not shown.
  if (unpaid.length >= limit)
    throw new AppError('too_many_unpaid_orders', {
      detail: 'too many orders from this network wait for their payment',
      extra: {
        limit,
        orderIds: [],
      },
    })
}

/**
 * Refuses a checkout when its principal, or the client address of a guest, has too many unpaid orders. Lock order: principal, then
 * address.
 * @param client the hash of a guest's address; null for customers
 * @throws AppError too_many_unpaid_orders
 */
export const refuseTooManyUnpaid = async (
  tx: Tx,
  { principalId, client }: { principalId: string; client: string | null },
  { config, shared }: OrderDeps,
): Promise<void> => {
  if (config.unpaidPerPrincipal > 0) await refuseMore(tx, principalId, config.unpaidPerPrincipal)
  const perAddress = config.unpaidPerAddress ?? (shared.environment === 'production' ? 100 : 0)
  if (client !== null && perAddress > 0) await refuseMoreFrom(tx, client, perAddress)
}
