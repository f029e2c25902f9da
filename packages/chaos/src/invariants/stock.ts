// I2 and I6: the stock ledger adds up, no more is sold than was stocked, and only pending orders hold stock.
import { type CollectedState, type Line, linesOf, type StockRow, type Violation } from '../collected-state/rows.ts'

const bySku = (lines: readonly Line[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return sums
}

const inState = (collected: CollectedState, state: string): Map<string, number> =>
  bySku(
    collected.reservations
      .filter((reservation) => reservation.state === state)
      .flatMap((reservation) => linesOf(reservation.stock_lines)),
  )

const judge = (level: StockRow, sold: number, returned: number, held: number): string[] => {
  const broken: string[] = []
  const check = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  const { on_hand: onHand, reserved, moved, stocked } = level
  check(reserved >= 0 && reserved <= onHand, `reserved ${reserved} of ${onHand} on hand`)
  check(moved === onHand, `the ledger adds up to ${moved}, on hand are ${onHand}`)
  check(held === reserved, `held reservations add up to ${held}, reserved are ${reserved}`)
  check(sold - returned <= stocked, `${sold} sold and ${returned} returned, of ${stocked} stocked`)
  check(
    stocked - sold + returned === onHand,
    `${stocked} stocked, ${sold} sold and ${returned} returned leave ${stocked - sold + returned}, on hand are ${onHand}`,
  )
  return broken
}

/** Per order the ledger moved what was sold less what was returned: this names the order in which stock was lost. */
const perOrder = (collected: CollectedState): Violation[] => {
  const moved = new Map(collected.movements.map((row) => [`${row.order_id} ${row.sku}`, row.moved]))
  return [...Map.groupBy(collected.reservations, (reservation) => reservation.order_id)].flatMap(([orderId, reservations]) => {
    const requested = bySku(reservations.flatMap((each) => linesOf(each.stock_lines)))
    const sold = bySku(reservations.filter(({ state }) => state === 'committed').flatMap((each) => linesOf(each.stock_lines)))
    const own = new Set(reservations.map(({ id }) => id))
    const back = bySku(
      collected.stockReturns.filter((each) => own.has(each.reservation_id)).flatMap((each) => linesOf(each.stock_lines)),
    )
    return [...requested.keys()].flatMap((sku): Violation[] => {
      const [bought, returned] = [sold.get(sku) ?? 0, back.get(sku) ?? 0]
      const found = moved.get(`${orderId} ${sku}`) ?? 0
      if (found === returned - bought) return []
      const what = `${bought} × ${sku} were sold and ${returned} returned, the ledger moved ${found}`
      return [{ invariant: 'I2 stock', subject: orderId, what }]
    })
  })
}

/** I2: 0 ≤ reserved ≤ on hand, ledger = on hand, holds = reserved, sold ≤ stocked; in total and per order. */
export const stock = (collected: CollectedState): Violation[] => {
  const [sold, held] = [inState(collected, 'committed'), inState(collected, 'held')]
  const returned = bySku(collected.stockReturns.flatMap((back) => linesOf(back.stock_lines)))
  const levels = collected.stock.flatMap((level) =>
    judge(level, sold.get(level.sku) ?? 0, returned.get(level.sku) ?? 0, held.get(level.sku) ?? 0).map((what) => ({
      invariant: 'I2 stock',
      subject: level.sku,
      what,
    })),
  )
  return [...levels, ...perOrder(collected)]
}

/** The states of a reservation that are allowed for a status of its order. */
const allowedStates = (status: string): readonly string[] => {
  if (status === 'pending') return ['held', 'rejected', 'committed']
  return status === 'cancelled' ? ['released', 'rejected', 'tombstone', 'committed'] : ['committed']
}

/** I6: held reservations belong to pending orders, and every reservation is in a state that its order allows. */
export const holds = (collected: CollectedState): Violation[] => {
  const orders = new Map(collected.orders.map((order) => [order.id, order]))
  const returns = new Set(collected.stockReturns.map((back) => back.reservation_id))
  return collected.reservations.flatMap((reservation) => {
    const order = orders.get(reservation.order_id)
    const violation = (what: string): Violation[] => [{ invariant: 'I6 holds', subject: reservation.order_id, what }]
    if (order === undefined)
      return reservation.state === 'held'
        ? violation(`reservation ${reservation.id} is held for an order that does not exist`)
        : []
    if (!allowedStates(order.status).includes(reservation.state))
      return violation(`reservation ${reservation.id} is ${reservation.state}, the order is ${order.status}`)
    const isKept = order.status === 'cancelled' && reservation.state === 'committed' && !returns.has(reservation.id)
    // Only an operator may cancel without returning the products to stock.
    return isKept && order.cancel_reason !== 'operator'
      ? violation(`reservation ${reservation.id} was committed and not returned, the order is cancelled`)
      : []
  })
}
