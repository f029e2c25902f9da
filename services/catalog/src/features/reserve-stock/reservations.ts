// Reservations: reserve, commit, release and return stock. The row of the reservation id makes each request idempotent.

import { AppError, catalogEvents, type DataOf, type orderEvents } from '@cartwright/contracts'
import { insertIgnoreInto, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { type ReservationRow, reservationTable, type StockReturnRow, stockReturnTable } from '../../db/generated/rows.ts'
import { rejectedAnswerColumn, releasedAnswerColumn, reservedLinesColumn, returnedLinesColumn } from '../../db/json-columns.ts'
import type { StockLine } from '../../db/stock.ts'
import {
  adjustStockLevel,
  normalizeSkus,
  releaseAll,
  reserveAll,
  sellAvailable,
  sellReserved,
  sumBySku,
} from '../../domain/stock.ts'

type State = ReservationRow['state']
type Rejected = DataOf<typeof catalogEvents.stockRejected>
type Request = { orderId: string; reservationId: string }

const lock = (tx: Tx, id: string): Promise<ReservationRow | null> =>
  tx.one<ReservationRow>`SELECT * FROM reservation WHERE id = ${id} FOR UPDATE`

const reservedLinesOf = (reservation: ReservationRow): StockLine[] => reservedLinesColumn.parse(reservation.stock_lines)

const saleOf = (orderId: string) => ({ reason: 'sold', actor: 'order', reference: orderId })

const setState = (tx: Tx, id: string, state: State, change: { answer?: string; lines?: readonly StockLine[] } = {}): void => {
  const answer = change.answer ?? null
  const lines = change.lines ? reservedLinesColumn.stringify(change.lines) : null
  tx.write`
    UPDATE reservation
    SET state = ${state}, answer = ${answer}, stock_lines = COALESCE(${lines}, stock_lines), updated_at = ${tx.dbNow}
    WHERE id = ${id}`
}

/**
 * Inserts the row of a reservation. The lock of an existing row is sent with the insert when one is likely.
 * @returns null when the row is new, else the existing row, locked
 */
const insertOrLock = async (
  tx: Tx,
  { orderId, reservationId }: Request,
  state: State,
  lines: readonly StockLine[],
  heldUntil: Date | null,
): Promise<ReservationRow | null> => {
  const inserting = tx.run`${insertIgnoreInto(reservationTable, {
    id: reservationId,
    order_id: orderId,
    state,
    held_until: heldUntil,
    stock_lines: reservedLinesColumn.stringify(lines),
    created_at: tx.dbNow,
    updated_at: tx.dbNow,
  })}`
  const [inserted, existing] = await Promise.all([inserting, state === 'held' ? null : lock(tx, reservationId)])
  if (inserted.affectedRows === 1) return null
  return existing ?? lock(tx, reservationId)
}

/** Publishes the recorded outcome of a reservation again. */
const republishOutcome = async (tx: Tx, reservation: ReservationRow): Promise<void> => {
  const ids = { orderId: reservation.order_id, reservationId: reservation.id }
  if (reservation.state === 'held')
    await publish(tx, catalogEvents.stockReserved, { ...ids, heldUntil: (reservation.held_until ?? new Date(0)).toISOString() })
  if (reservation.state === 'committed') await publish(tx, catalogEvents.stockCommitted, ids)
  if (reservation.state === 'released' || reservation.state === 'tombstone') {
    const reason = releasedAnswerColumn.parseOrNull(reservation.answer)?.reason ?? 'requested'
    await publish(tx, catalogEvents.stockReleased, { ...ids, reason })
  }
  if (reservation.state === 'rejected')
    await publish(tx, catalogEvents.stockRejected, rejectedAnswerColumn.parse(reservation.answer ?? 'null'))
}

const reject = async (
  tx: Tx,
  request: Request,
  rejected: 'reserve' | 'commit',
  shortages: Rejected['shortages'],
): Promise<void> => {
  const { orderId, reservationId } = request
  const answer: Rejected = { orderId, reservationId, rejected, shortages }
  setState(tx, reservationId, 'rejected', { answer: rejectedAnswerColumn.stringify(answer) })
  await publish(tx, catalogEvents.stockRejected, answer)
}

/** Reserves every line or none. Lock order: the reservation first, the contended stock rows last. */
export const reserve = async (tx: Tx, request: DataOf<typeof orderEvents.stockRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const lines = sumBySku(await normalizeSkus(tx, request.lines))
  const heldUntil = new Date(request.holdUntil)
  const known = await insertOrLock(tx, request, 'held', lines, heldUntil)
  if (known) return republishOutcome(tx, known)
  const shortages = await reserveAll(tx, lines)
  if (shortages) return reject(tx, request, 'reserve', shortages)
  await publish(tx, catalogEvents.stockReserved, { orderId, reservationId, heldUntil: heldUntil.toISOString() })
}

/** Sells reserved stock. A lapsed reservation sells available stock in the same transaction, or the commit is rejected. */
export const commit = async (tx: Tx, request: DataOf<typeof orderEvents.stockCommitRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const lines = sumBySku(await normalizeSkus(tx, request.lines))
  const known = await insertOrLock(tx, request, 'released', lines, null)
  if (known?.state === 'committed') return republishOutcome(tx, known)
  if (known?.state === 'rejected' && rejectedAnswerColumn.parseOrNull(known.answer)?.rejected === 'commit')
    return republishOutcome(tx, known)
  if (known?.state === 'held') {
    setState(tx, reservationId, 'committed')
    sellReserved(tx, reservedLinesOf(known), saleOf(orderId))
  } else {
    setState(tx, reservationId, 'committed', { lines })
    const shortages = await sellAvailable(tx, lines, saleOf(orderId))
    if (shortages) return reject(tx, request, 'commit', shortages)
  }
  await publish(tx, catalogEvents.stockCommitted, { orderId, reservationId })
}

/** Releases a reservation. An unknown one becomes a tombstone, so that its late request reserves nothing. */
export const release = async (tx: Tx, request: Request, reason: 'requested' | 'lapsed'): Promise<void> => {
  const known = await insertOrLock(tx, request, 'tombstone', [], null)
  // Committed stock is returned, never released.
  if (known?.state === 'committed') return
  if (known?.state === 'released' || known?.state === 'tombstone') return republishOutcome(tx, known)
  if (known?.state === 'held') {
    setState(tx, known.id, 'released', { answer: releasedAnswerColumn.stringify({ reason }) })
    releaseAll(tx, reservedLinesOf(known))
  }
  await publish(tx, catalogEvents.stockReleased, { orderId: request.orderId, reservationId: request.reservationId, reason })
}

/** Returned quantity of each SKU, over all returns of a reservation. */
const returnedOf = async (tx: Tx, reservationId: string): Promise<Map<string, number>> => {
  const rows = await tx.rows<Pick<StockReturnRow, 'stock_lines'>>`
    SELECT stock_lines
    FROM stock_return
    WHERE reservation_id = ${reservationId}`
  const lines = rows.flatMap((row) => returnedLinesColumn.parse(row.stock_lines))
  return new Map(sumBySku(lines).map(({ sku, quantity }) => [sku, quantity]))
}

/** Returns sold stock, once per return id and never more than was sold. @throws AppError conflict for stock that was not sold */
export const returnStock = async (tx: Tx, request: DataOf<typeof orderEvents.stockReturnRequested>): Promise<void> => {
  const { orderId, reservationId, returnId } = request
  const lines = sumBySku(await normalizeSkus(tx, request.lines))
  const known = await lock(tx, reservationId)
  if (known?.state !== 'committed')
    throw new AppError('conflict', { detail: `reservation ${reservationId} was not sold, so nothing of it can be returned` })
  const first = await tx.run`${insertIgnoreInto(stockReturnTable, {
    return_id: returnId,
    reservation_id: reservationId,
    stock_lines: returnedLinesColumn.stringify(lines),
    created_at: tx.dbNow,
  })}`
  if (first.affectedRows === 1) {
    const returned = await returnedOf(tx, reservationId)
    const soldOf = new Map(reservedLinesOf(known).map(({ sku, quantity }) => [sku, quantity]))
    const tooMany = [...returned].find(([sku, quantity]) => quantity > (soldOf.get(sku) ?? 0))
    if (tooMany) throw new AppError('conflict', { detail: `more of ${tooMany[0]} would be returned than was sold` })
    for (const { sku, quantity } of lines)
      await adjustStockLevel(tx, sku, quantity, { reason: request.reason.slice(0, 200), actor: 'order', reference: orderId })
  }
  await publish(tx, catalogEvents.stockReturned, { orderId, reservationId, returnId, lines })
}
