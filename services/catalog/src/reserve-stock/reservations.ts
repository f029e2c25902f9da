// Answers order's requests for stock. State and answer hang on the reservation id: asking twice has the effect of asking once.
import { catalogEvents, type DataOf, type orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { adjust, announceStock, commitHeld, findStock, hold, type StockLine, summed, unhold } from '../db/stock.ts'

type State = 'held' | 'committed' | 'released' | 'rejected' | 'tombstone'
type Rejected = DataOf<typeof catalogEvents.stockRejected>

export interface Reservation {
  id: string
  order_id: string
  state: State
  held_until: Date | null
  stock_lines: string
  answer: string | null
}

const lock = (tx: Tx, id: string): Promise<Reservation | null> =>
  tx.one<Reservation>`SELECT id, order_id, state, held_until, stock_lines, answer FROM reservation WHERE id = ${id} FOR UPDATE`

const linesOf = (reservation: Reservation): StockLine[] => JSON.parse(reservation.stock_lines)

const setState = async (tx: Tx, id: string, state: State, answer: object | null = null): Promise<void> => {
  await tx.run`UPDATE reservation SET state = ${state}, answer = ${answer === null ? null : JSON.stringify(answer)}, updated_at = ${tx.dbNow} WHERE id = ${id}`
}

const insert = async (tx: Tx, id: string, orderId: string, state: State, lines: readonly StockLine[], heldUntil: Date | null, answer: object | null = null): Promise<void> => {
  await tx.run`INSERT INTO reservation (id, order_id, state, held_until, stock_lines, answer, created_at, updated_at)
    VALUES (${id}, ${orderId}, ${state}, ${heldUntil}, ${JSON.stringify(lines)}, ${answer === null ? null : JSON.stringify(answer)}, ${tx.dbNow}, ${tx.dbNow})`
}

/** Publishes again what was answered before. */
const repeatAnswer = async (tx: Tx, reservation: Reservation): Promise<void> => {
  const ids = { orderId: reservation.order_id, reservationId: reservation.id }
  if (reservation.state === 'held') await publish(tx, catalogEvents.stockReserved, { ...ids, heldUntil: (reservation.held_until ?? new Date(0)).toISOString() })
  if (reservation.state === 'committed') await publish(tx, catalogEvents.stockCommitted, ids)
  if (reservation.state === 'released' || reservation.state === 'tombstone') {
    const { reason = 'requested' } = JSON.parse(reservation.answer ?? '{}') as { reason?: 'requested' | 'lapsed' }
    await publish(tx, catalogEvents.stockReleased, { ...ids, reason })
  }
  if (reservation.state === 'rejected') await publish(tx, catalogEvents.stockRejected, JSON.parse(reservation.answer ?? '{}') as Rejected)
}

/** Takes every line or none; what was taken before a shortage is given back in the same transaction. */
const holdAll = async (tx: Tx, lines: readonly StockLine[]): Promise<boolean> => {
  const held: StockLine[] = []
  for (const line of lines) {
    if (await hold(tx, line)) held.push(line)
    else {
      for (const taken of held) await unhold(tx, taken)
      return false
    }
  }
  for (const line of lines) await announceStock(tx, line.sku)
  return true
}

const shortagesOf = async (tx: Tx, lines: readonly StockLine[]) => {
  const shortages = []
  for (const { sku, quantity } of lines) {
    const row = await findStock(tx, sku)
    const available = row === null ? 0 : row.on_hand - row.reserved
    if (available < quantity) shortages.push({ sku, requested: quantity, available })
  }
  return shortages
}

export const reserve = async (tx: Tx, request: DataOf<typeof orderEvents.stockRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const known = await lock(tx, reservationId)
  if (known) return repeatAnswer(tx, known)
  const lines = summed(request.lines)
  const heldUntil = new Date(request.holdUntil)
  if (await holdAll(tx, lines)) {
    await insert(tx, reservationId, orderId, 'held', lines, heldUntil)
    await publish(tx, catalogEvents.stockReserved, { orderId, reservationId, heldUntil: heldUntil.toISOString() })
    return
  }
  const answer: Rejected = { orderId, reservationId, rejected: 'reserve', shortages: await shortagesOf(tx, lines) }
  await insert(tx, reservationId, orderId, 'rejected', lines, null, answer)
  await publish(tx, catalogEvents.stockRejected, answer)
}

const commitLines = async (tx: Tx, reservationId: string, orderId: string, lines: readonly StockLine[]): Promise<void> => {
  for (const line of lines) await commitHeld(tx, line, { reason: 'sold', actor: 'order', reference: orderId })
  await setState(tx, reservationId, 'committed')
  await publish(tx, catalogEvents.stockCommitted, { orderId, reservationId })
}

/** Commits a hold. One that lapsed takes free stock in the same transaction, or the order learns that there is none. */
export const commit = async (tx: Tx, request: DataOf<typeof orderEvents.stockCommitRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const lines = summed(request.lines)
  const known = await lock(tx, reservationId)
  if (known?.state === 'held') return commitLines(tx, reservationId, orderId, linesOf(known))
  if (known?.state === 'committed') return repeatAnswer(tx, known)
  if (known?.state === 'rejected' && (JSON.parse(known.answer ?? '{}') as Rejected).rejected === 'commit') return repeatAnswer(tx, known)
  if (known === null) await insert(tx, reservationId, orderId, 'released', lines, null)
  if (await holdAll(tx, lines)) return commitLines(tx, reservationId, orderId, lines)
  const answer: Rejected = { orderId, reservationId, rejected: 'commit', shortages: await shortagesOf(tx, lines) }
  await setState(tx, reservationId, 'rejected', answer)
  await publish(tx, catalogEvents.stockRejected, answer)
}

/** Gives a hold back. One that was never made becomes a tombstone, so that a late request for it is refused. */
export const release = async (tx: Tx, orderId: string, reservationId: string, reason: 'requested' | 'lapsed'): Promise<void> => {
  const known = await lock(tx, reservationId)
  if (known === null) {
    await insert(tx, reservationId, orderId, 'tombstone', [], null, { reason })
  } else if (known.state === 'held') {
    for (const line of linesOf(known)) {
      await unhold(tx, line)
      await announceStock(tx, line.sku)
    }
    await setState(tx, reservationId, 'released', { reason })
  } else if (known.state !== 'released' && known.state !== 'tombstone' && known.state !== 'rejected') {
    // Committed stock is returned, never released.
    return
  }
  await publish(tx, catalogEvents.stockReleased, { orderId, reservationId, reason })
}

/** Puts sold stock back, once per return id. */
export const putBack = async (tx: Tx, request: DataOf<typeof orderEvents.stockReturnRequested>): Promise<void> => {
  const { orderId, reservationId, returnId } = request
  const lines = summed(request.lines)
  const first = await tx.run`INSERT IGNORE INTO stock_return (return_id, reservation_id, created_at) VALUES (${returnId}, ${reservationId}, ${tx.dbNow})`
  if (first.affectedRows === 1) {
    for (const { sku, quantity } of lines) await adjust(tx, sku, quantity, { reason: request.reason, actor: 'order', reference: orderId })
  }
  await publish(tx, catalogEvents.stockReturned, { orderId, reservationId, returnId, lines })
}
