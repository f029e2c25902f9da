// Limits how many orders of one principal, and of all guests at one client address, wait for their payment. Each holds stock for nothing.
import { createHmac } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { OrderDeps } from '../deps.ts'

/** A client address as it is kept while the order is unpaid: only whether two are the same can be told. */
export const clientHash = (internalAuthSecret: string, address: string): string =>
  createHmac('sha256', internalAuthSecret).update(`client address of an unpaid order: ${address}`).digest('base64url')

/** Takes the holder's lock until the transaction ends, so that checkouts of one holder count one after the other. */
const lockHolder = (tx: Tx, holder: string): void => {
  tx.write`INSERT INTO unpaid_holder (holder, used_at) VALUES (${holder}, ${tx.dbNow}) ON DUPLICATE KEY UPDATE used_at = VALUES(used_at)`
}

const refuseMore = async (tx: Tx, principalId: string, limit: number): Promise<void> => {
  lockHolder(tx, principalId)
  const unpaid = await tx.rows<{ id: string }>`SELECT id FROM customer_order
    WHERE principal_id = ${principalId} AND status = 'pending' AND payment_status = 'awaiting' ORDER BY id LIMIT ${limit}`
  if (unpaid.length < limit) return
  throw new AppError('too_many_unpaid_orders', `at most ${limit} orders may wait for their payment at the same time`, {
    limit,
    orderIds: unpaid.map(({ id }) => id),
  })
}

const refuseMoreFrom = async (tx: Tx, client: string, limit: number): Promise<void> => {
  lockHolder(tx, client)
  const unpaid = await tx.rows<{ id: string }>`SELECT id FROM customer_order WHERE client_hash = ${client} LIMIT ${limit}`
  // Whose they are is nobody else's business.
  if (unpaid.length >= limit)
    throw new AppError('too_many_unpaid_orders', 'too many orders from this network wait for their payment', {
      limit,
      orderIds: [],
    })
}

/**
 * Refuses a checkout whose principal, or whose client address when a guest asks, has enough unpaid orders already. The principal is locked
 * before the address, everywhere.
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

/** Forgets holders whose last checkout is long over; the row is only a lock. */
export const dropOldHolders = async ({ db }: OrderDeps): Promise<void> => {
  await db.run`DELETE FROM unpaid_holder WHERE used_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
}
