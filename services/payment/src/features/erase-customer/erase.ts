// Erases personal data of payments; amounts, states and Stripe's ids stay. An opening payment is erased once its session is open.
import { list, type Tx } from '@cartwright/db'
import type { Erase } from '@cartwright/service-kit'
import type { PaymentRow } from '../../db/generated/rows.ts'
import type { PaymentDeps } from '../../deps.ts'

/** Raw Stripe events name the cardholder. They are not needed any more: state is fetched from Stripe. */
const eraseEvents = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE stripe_event SET payload = '{}' WHERE order_id IN (${list(orderIds)})`
}

const eraseOrders = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE payment
    SET recipient = NULL, request = JSON_REMOVE(JSON_SET(request, '$.successUrl', '', '$.cancelUrl', ''), '$.trace'), url = NULL
    WHERE order_id IN (${list(orderIds)}) AND state <> 'opening'`
  await tx.run`UPDATE payment_refund SET reason = '' WHERE order_id IN (${list(orderIds)})`
  await eraseEvents(tx, orderIds)
}

const erasePrincipals = async (tx: Tx, principalIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE payment SET erase_requested = TRUE, recipient = IF(state = 'opening', recipient, NULL)
    WHERE principal_id IN (${list(principalIds)})`
  const orders = await tx.rows<
    Pick<PaymentRow, 'order_id'>
  >`SELECT order_id FROM payment WHERE principal_id IN (${list(principalIds)})`
  await eraseEvents(
    tx,
    orders.map(({ order_id: orderId }) => orderId),
  )
}

/** For a closed account, erases the recipient; for an ended order, also return URLs, refund reasons and raw events. */
export const erasePayer: Erase<PaymentDeps> = async ({ tx, subjectIds }) => {
  await erasePrincipals(
    tx,
    subjectIds.filter((id) => !id.startsWith('ord_')),
  )
  await eraseOrders(
    tx,
    subjectIds.filter((id) => id.startsWith('ord_')),
  )
}
