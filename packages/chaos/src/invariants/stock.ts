// I2 and I6: stock. The ledger adds up, nothing is sold that was not there, and a hold belongs to an order that still waits.
import { type Evidence, type Line, linesOf, type StockRow, type Violation } from '../evidence/rows.ts'

const bySku = (lines: readonly Line[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return sums
}

const inState = (evidence: Evidence, state: string): Map<string, number> =>
  bySku(
    evidence.reservations
      .filter((reservation) => reservation.state === state)
      .flatMap((reservation) => linesOf(reservation.stock_lines)),
  )

const judge = (level: StockRow, sold: number, returned: number, held: number): string[] => {
  const broken: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  const { on_hand: onHand, reserved, moved, stocked } = level
  must(reserved >= 0 && reserved <= onHand, `reserved ${reserved} of ${onHand} on hand`)
  must(moved === onHand, `the ledger adds up to ${moved}, on hand are ${onHand}`)
  must(held === reserved, `holds add up to ${held}, reserved are ${reserved}`)
  must(sold - returned <= stocked, `${sold} sold and ${returned} returned, of ${stocked} stocked`)
  must(
    stocked - sold + returned === onHand,
    `${stocked} stocked, ${sold} sold and ${returned} returned leave ${stocked - sold + returned}, on hand are ${onHand}`,
  )
  return broken
}

/** The ledger moved for each order what it bought less what came back: this names the order in which stock went astray. */
const perOrder = (evidence: Evidence): Violation[] => {
  const moved = new Map(evidence.movements.map((row) => [`${row.order_id} ${row.sku}`, row.moved]))
  return [...Map.groupBy(evidence.reservations, (reservation) => reservation.order_id)].flatMap(([orderId, reservations]) => {
    const wished = bySku(reservations.flatMap((each) => linesOf(each.stock_lines)))
    const sold = bySku(reservations.filter(({ state }) => state === 'committed').flatMap((each) => linesOf(each.stock_lines)))
    const own = new Set(reservations.map(({ id }) => id))
    const back = bySku(
      evidence.stockReturns.filter((each) => own.has(each.reservation_id)).flatMap((each) => linesOf(each.stock_lines)),
    )
    return [...wished.keys()].flatMap((sku): Violation[] => {
      const [bought, returned] = [sold.get(sku) ?? 0, back.get(sku) ?? 0]
      const found = moved.get(`${orderId} ${sku}`) ?? 0
      if (found === returned - bought) return []
      const what = `${bought} × ${sku} were sold and ${returned} came back, the ledger moved ${found}`
      return [{ invariant: 'I2 stock', subject: orderId, what }]
    })
  })
}

/** I2: 0 ≤ reserved ≤ on hand, Σ ledger = on hand, Σ holds = reserved, sold ≤ stocked; for all orders together and for each. */
export const stock = (evidence: Evidence): Violation[] => {
  const [sold, held] = [inState(evidence, 'committed'), inState(evidence, 'held')]
  const returned = bySku(evidence.stockReturns.flatMap((back) => linesOf(back.stock_lines)))
  const levels = evidence.stock.flatMap((level) =>
    judge(level, sold.get(level.sku) ?? 0, returned.get(level.sku) ?? 0, held.get(level.sku) ?? 0).map((what) => ({
      invariant: 'I2 stock',
      subject: level.sku,
      what,
    })),
  )
  return [...levels, ...perOrder(evidence)]
}

/** Orders hold, own or gave back their goods as their status says. */
const owed = (status: string): readonly string[] => {
  if (status === 'pending') return ['held', 'rejected', 'committed']
  return status === 'cancelled' ? ['released', 'rejected', 'tombstone', 'committed'] : ['committed']
}

/** I6: held reservations belong to live pending orders, and every order's goods are where its status says. */
export const holds = (evidence: Evidence): Violation[] => {
  const orders = new Map(evidence.orders.map((order) => [order.id, order]))
  const returns = new Set(evidence.stockReturns.map((back) => back.reservation_id))
  return evidence.reservations.flatMap((reservation) => {
    const order = orders.get(reservation.order_id)
    const told = (what: string): Violation[] => [{ invariant: 'I6 holds', subject: reservation.order_id, what }]
    if (order === undefined)
      return reservation.state === 'held' ? told(`reservation ${reservation.id} is held for an order that does not exist`) : []
    if (!owed(order.status).includes(reservation.state))
      return told(`reservation ${reservation.id} is ${reservation.state}, the order is ${order.status}`)
    const kept = order.status === 'cancelled' && reservation.state === 'committed' && !returns.has(reservation.id)
    // An operator may cancel without putting goods back; nobody else may.
    return kept && order.cancel_reason !== 'operator'
      ? told(`reservation ${reservation.id} was sold and never came back, the order is cancelled`)
      : []
  })
}
