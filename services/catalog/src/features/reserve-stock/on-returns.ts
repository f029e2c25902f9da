// Puts sold stock back: what a cancelled order had, and what a customer sent back and an operator wants in stock again.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { returnStock } from './reservations.ts'

export const onStockReturnRequested = on(orderEvents.stockReturnRequested, ({ tx, message: { data } }) => returnStock(tx, data))

export const onReturnReceived = on(orderEvents.returnReceived, async ({ tx, message: { data } }) => {
  const { orderId, reservationId, returnId, restock: lines } = data
  if (lines.length > 0) await returnStock(tx, { orderId, reservationId, returnId, lines, reason: 'sent back by the customer' })
})
