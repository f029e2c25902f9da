// Erases who paid; amounts, states and Stripe's ids stay. A page that is being opened keeps its parameters until it is open.
import { list, type Tx } from '@cartwright/db'
import type { Erase } from '@cartwright/service-kit'
import type { SessionRequest } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

const withoutReturn = (request: string): string =>
  JSON.stringify({ ...(JSON.parse(request) as SessionRequest), successUrl: '', cancelUrl: '' })

/** Stripe's events name the card's owner; what they hint at was asked of Stripe itself. */
const eraseEvents = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE stripe_event SET payload = '{}' WHERE order_id IN (${list(orderIds)})`
}

const eraseOrders = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  const payments = await tx.rows<{ order_id: string; request: string }>`SELECT order_id, request FROM payment
    WHERE order_id IN (${list(orderIds)}) AND state <> 'opening' FOR UPDATE`
  for (const { order_id: orderId, request } of payments)
    await tx.run`UPDATE payment SET recipient = NULL, request = ${withoutReturn(request)}, url = NULL WHERE order_id = ${orderId}`
  await tx.run`UPDATE payment_refund SET reason = '' WHERE order_id IN (${list(orderIds)})`
  await eraseEvents(tx, orderIds)
}

const erasePrincipals = async (tx: Tx, principalIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE payment SET erase_requested = TRUE, recipient = IF(state = 'opening', recipient, NULL)
    WHERE principal_id IN (${list(principalIds)})`
  const orders = await tx.rows<{
    order_id: string
  }>`SELECT order_id FROM payment WHERE principal_id IN (${list(principalIds)})`
  await eraseEvents(
    tx,
    orders.map(({ order_id: orderId }) => orderId),
  )
}

/** Of a closed account: its address. Of an order that has ended: return addresses, reasons and events as well. */
export const erasePayer: Erase<PaymentDeps> = async (tx, subjectIds) => {
  await erasePrincipals(
    tx,
    subjectIds.filter((id) => !id.startsWith('ord_')),
  )
  await eraseOrders(
    tx,
    subjectIds.filter((id) => id.startsWith('ord_')),
  )
}
