// SQL of the number of orders of each shopper. The facts of an order decide that it is counted once.
import { insertInto, type Tx } from '@cartwright/db'
import { shopperOrdersTable } from './generated/rows.ts'

/** @param change 1 for a placed order, −1 for one that was cancelled unpaid */
export const countOrder = (tx: Tx, principalId: string, change: 1 | -1): void => {
  tx.write`${insertInto(shopperOrdersTable, { principal_id: principalId, orders: change, updated_at: tx.dbNow })}
    ON DUPLICATE KEY UPDATE orders = orders + VALUES(orders), updated_at = VALUES(updated_at)`
}
