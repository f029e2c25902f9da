// Answers order's requests for stock. State and answer hang on the reservation id: asking twice has the effect of asking once.
import { AppError, catalogEvents, type DataOf, type orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { adjust, holdAll, type StockLine, sellFree, sellHeld, spelled, summed, unholdAll } from '../db/stock.ts'

type State = 'held' | 'committed' | 'released' | 'rejected' | 'tombstone'
type Rejected = DataOf<typeof catalogEvents.stockRejected>
type Request = { orderId: string; reservationId: string }

interface Reservation {
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

const sold = (orderId: string) => ({ reason: 'sold', actor: 'order', reference: orderId })

const setState = (tx: Tx, id: string, state: State, change: { answer?: object; lines?: readonly StockLine[] } = {}): void => {
  const answer = change.answer ? JSON.stringify(change.answer) : null
  const lines = change.lines ? JSON.stringify(change.lines) : null
  tx.write`UPDATE reservation SET state = ${state}, answer = ${answer}, stock_lines = COALESCE(${lines}, stock_lines), updated_at = ${tx.dbNow} WHERE id = ${id}`
}

/** Makes the row. @returns null when it is new, else the one that was there, locked; it is asked for at once where there mostly is one */
const claim = async (
  tx: Tx,
  { orderId, reservationId }: Request,
  state: State,
  lines: readonly StockLine[],
  heldUntil: Date | null,
): Promise<Reservation | null> => {
  const making = tx.run`INSERT IGNORE INTO reservation (id, order_id, state, held_until, stock_lines, answer, created_at, updated_at)
    VALUES (${reservationId}, ${orderId}, ${state}, ${heldUntil}, ${JSON.stringify(lines)}, NULL, ${tx.dbNow}, ${tx.dbNow})`
  const [made, there] = await Promise.all([making, state === 'held' ? null : lock(tx, reservationId)])
  if (made.affectedRows === 1) return null
  return there ?? lock(tx, reservationId)
}

/** Publishes again what was answered before. */
const repeatAnswer = async (tx: Tx, reservation: Reservation): Promise<void> => {
  const ids = { orderId: reservation.order_id, reservationId: reservation.id }
  if (reservation.state === 'held')
    await publish(tx, catalogEvents.stockReserved, { ...ids, heldUntil: (reservation.held_until ?? new Date(0)).toISOString() })
  if (reservation.state === 'committed') await publish(tx, catalogEvents.stockCommitted, ids)
  if (reservation.state === 'released' || reservation.state === 'tombstone') {
    const { reason = 'requested' } = JSON.parse(reservation.answer ?? '{}') as { reason?: 'requested' | 'lapsed' }
    await publish(tx, catalogEvents.stockReleased, { ...ids, reason })
  }
  if (reservation.state === 'rejected')
    await publish(tx, catalogEvents.stockRejected, JSON.parse(reservation.answer ?? '{}') as Rejected)
}

const reject = async (
  tx: Tx,
  request: Request,
  rejected: 'reserve' | 'commit',
  shortages: Rejected['shortages'],
): Promise<void> => {
  const { orderId, reservationId } = request
  const answer: Rejected = { orderId, reservationId, rejected, shortages }
  setState(tx, reservationId, 'rejected', { answer })
  await publish(tx, catalogEvents.stockRejected, answer)
}

/** Holds every line or none. The stock rows are locked last, for they are what many orders want at once. */
export const reserve = async (tx: Tx, request: DataOf<typeof orderEvents.stockRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const lines = summed(await spelled(tx, request.lines))
  const heldUntil = new Date(request.holdUntil)
  const known = await claim(tx, request, 'held', lines, heldUntil)
  if (known) return repeatAnswer(tx, known)
  const missing = await holdAll(tx, lines)
  if (missing) return reject(tx, request, 'reserve', missing)
  await publish(tx, catalogEvents.stockReserved, { orderId, reservationId, heldUntil: heldUntil.toISOString() })
}

/** Sells a hold. One that lapsed takes free stock in the same transaction, or the order learns that there is none. */
export const commit = async (tx: Tx, request: DataOf<typeof orderEvents.stockCommitRequested>): Promise<void> => {
  const { orderId, reservationId } = request
  const lines = summed(await spelled(tx, request.lines))
  const known = await claim(tx, request, 'released', lines, null)
  if (known?.state === 'committed') return repeatAnswer(tx, known)
  if (known?.state === 'rejected' && (JSON.parse(known.answer ?? '{}') as Rejected).rejected === 'commit')
    return repeatAnswer(tx, known)
  if (known?.state === 'held') {
    setState(tx, reservationId, 'committed')
    sellHeld(tx, linesOf(known), sold(orderId))
  } else {
    setState(tx, reservationId, 'committed', { lines })
    const missing = await sellFree(tx, lines, sold(orderId))
    if (missing) return reject(tx, request, 'commit', missing)
  }
  await publish(tx, catalogEvents.stockCommitted, { orderId, reservationId })
}

/** Gives a hold back. One that was never made becomes a tombstone, so that a late request for it is refused. */
export const release = async (tx: Tx, request: Request, reason: 'requested' | 'lapsed'): Promise<void> => {
  const known = await claim(tx, request, 'tombstone', [], null)
  // Committed stock is returned, never released.
  if (known?.state === 'committed') return
  if (known?.state === 'released' || known?.state === 'tombstone') return repeatAnswer(tx, known)
  if (known?.state === 'held') {
    setState(tx, known.id, 'released', { answer: { reason } })
    unholdAll(tx, linesOf(known))
  }
  await publish(tx, catalogEvents.stockReleased, { orderId: request.orderId, reservationId: request.reservationId, reason })
}

/** How much of each SKU was put back before. */
const returnedOf = async (tx: Tx, reservationId: string): Promise<Map<string, number>> => {
  const rows = await tx.rows<{
    stock_lines: string
  }>`SELECT stock_lines FROM stock_return WHERE reservation_id = ${reservationId}`
  const lines = rows.flatMap((row) => JSON.parse(row.stock_lines) as StockLine[])
  return new Map(summed(lines).map(({ sku, quantity }) => [sku, quantity]))
}

/** Puts sold stock back, once per return id and never more than was sold. @throws AppError conflict for stock that was not sold */
export const putBack = async (tx: Tx, request: DataOf<typeof orderEvents.stockReturnRequested>): Promise<void> => {
  const { orderId, reservationId, returnId } = request
  const lines = summed(await spelled(tx, request.lines))
  const known = await lock(tx, reservationId)
  if (known?.state !== 'committed')
    throw new AppError('conflict', `reservation ${reservationId} was not sold, so nothing of it can come back`)
  const first = await tx.run`INSERT IGNORE INTO stock_return (return_id, reservation_id, stock_lines, created_at)
    VALUES (${returnId}, ${reservationId}, ${JSON.stringify(lines)}, ${tx.dbNow})`
  if (first.affectedRows === 1) {
    const returned = await returnedOf(tx, reservationId)
    const soldOf = new Map(linesOf(known).map(({ sku, quantity }) => [sku, quantity]))
    const tooMany = [...returned].find(([sku, quantity]) => quantity > (soldOf.get(sku) ?? 0))
    if (tooMany) throw new AppError('conflict', `more of ${tooMany[0]} would come back than was sold`)
    for (const { sku, quantity } of lines)
      await adjust(tx, sku, quantity, { reason: request.reason.slice(0, 200), actor: 'order', reference: orderId })
  }
  await publish(tx, catalogEvents.stockReturned, { orderId, reservationId, returnId, lines })
}
