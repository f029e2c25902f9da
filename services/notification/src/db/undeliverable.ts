// SQL of undeliverable addresses and of webhook receipts.
import { insertIgnoreInto, type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { type UndeliverableAddressRow, undeliverableAddressTable, webhookReceiptTable } from './generated/rows.ts'

export type { UndeliverableAddressRow }

export const isUndeliverable = async (db: Queryable, address: string): Promise<boolean> =>
  (await db.one<{ id: string }>`
    SELECT id
    FROM undeliverable_address
    WHERE address = ${address} AND cleared_at IS NULL`) !== null

/** @returns false when the address has a mark, also a cleared one */
export const insertMark = async (tx: Tx, row: UndeliverableAddressRow): Promise<boolean> =>
  (await tx.run`${insertIgnoreInto(undeliverableAddressTable, row)}`).affectedRows === 1

export const lockMark = (tx: Tx, by: 'id' | 'address', value: string): Promise<UndeliverableAddressRow | null> =>
  tx.one<UndeliverableAddressRow>`
    SELECT * FROM undeliverable_address WHERE ${by === 'id' ? sql`id` : sql`address`} = ${value} FOR UPDATE`

/** Writes every column of a mark but its id and its address. */
export const updateMark = async (tx: Tx, row: UndeliverableAddressRow): Promise<void> => {
  await tx.run`
    UPDATE undeliverable_address
    SET reason = ${row.reason}, provider = ${row.provider}, detail = ${row.detail}, message_id = ${row.message_id},
      user_id = ${row.user_id}, order_id = ${row.order_id}, marked_at = ${row.marked_at}, cleared_at = ${row.cleared_at}
    WHERE id = ${row.id}`
}

/** Marks that no operator has cleared, newest first. */
export const listMarks = (
  db: Queryable,
  { address, before, limit }: { address: string | null; before: string | null; limit: number },
): Promise<UndeliverableAddressRow[]> =>
  db.rows<UndeliverableAddressRow>`
    SELECT *
    FROM undeliverable_address
    WHERE cleared_at IS NULL
      AND ${address === null ? sql`TRUE` : sql`address = ${address}`}
      AND ${before === null ? sql`TRUE` : sql`id < ${before}`}
    ORDER BY id DESC
    LIMIT ${limit}`

export const deleteMarks = async (tx: Tx, condition: Sql): Promise<void> => {
  await tx.run`DELETE FROM undeliverable_address WHERE ${condition}`
}

/** @param id hash of an event's id or of a token @returns false when it was received before */
export const insertReceipt = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.run`${insertIgnoreInto(webhookReceiptTable, { id, received_at: tx.dbNow })}`).affectedRows === 1
