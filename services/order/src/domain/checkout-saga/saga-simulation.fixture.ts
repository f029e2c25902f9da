// Simulation of the checkout saga's environment: catalog, payment, a shopper, an operator and messages in flight.
import type { PaymentState } from '@cartwright/contracts'
import { decideStep } from '@cartwright/messaging'
import { checkout, type Effect, type Input, type State } from './saga.ts'

type Request = 'reserve' | 'release' | 'commit' | 'return' | 'pay' | 'expire' | 'refund'
type Stock = 'none' | 'held' | 'committed' | 'released' | 'rejected'
type Payment = 'none' | PaymentState

export interface Simulation {
  /** The table under test: the real one, or one with a defect that the properties must find. */
  table: typeof checkout
  state: State
  tries: number
  status: 'pending' | 'processing' | 'cancelled'
  moves: number
  cancelAsked: boolean
  /** The captured amount that order recorded, and the number of its refund requests. */
  recorded: number
  refundsAsked: number
  stock: Stock
  commitRejected: boolean
  available: boolean
  returned: number
  payment: Payment
  closeAsked: boolean
  captured: number
  refunded: number
  toCatalog: Request[]
  toPayment: Request[]
  fromCatalog: Input[]
  fromPayment: Input[]
  /** Delivered answers: each may be redelivered. */
  seen: Input[]
}

const price = 20
const otherPrice = 15

/** @param isFree whether the total is nothing, so that there is no payment */
export const createSimulation = (table = checkout, isFree = false): Simulation => ({
  table,
  state: isFree ? 'reservingFree' : 'reserving',
  tries: 0,
  status: 'pending',
  moves: 0,
  cancelAsked: false,
  recorded: 0,
  refundsAsked: 0,
  stock: 'none',
  commitRejected: false,
  available: true,
  returned: 0,
  payment: 'none',
  closeAsked: false,
  captured: 0,
  refunded: 0,
  toCatalog: ['reserve'],
  toPayment: [],
  fromCatalog: [],
  fromPayment: [],
  seen: [],
})

const move = (simulation: Simulation, to: Simulation['status']) => {
  simulation.status = to
  simulation.moves += 1
}
const sends: Partial<Record<Effect, { to: 'toCatalog' | 'toPayment'; request: Request }>> = {
  requestStock: { to: 'toCatalog', request: 'reserve' },
  releaseStock: { to: 'toCatalog', request: 'release' },
  commitStock: { to: 'toCatalog', request: 'commit' },
  returnStock: { to: 'toCatalog', request: 'return' },
  requestPayment: { to: 'toPayment', request: 'pay' },
  requestExpiry: { to: 'toPayment', request: 'expire' },
}

const perform = (simulation: Simulation, effect: Effect): void => {
  const sent = sends[effect]
  if (sent) simulation[sent.to].push(sent.request)
  else if (effect === 'markPaid') simulation.recorded = price
  else if (effect === 'markReview') simulation.recorded = otherPrice
  else if (effect === 'confirm') move(simulation, 'processing')
  else if (effect.startsWith('cancel')) move(simulation, 'cancelled')
  else if (effect === 'refundAll' && simulation.recorded > 0 && simulation.refundsAsked === 0) {
    // One cause, one row: a second request is a no-op.
    simulation.refundsAsked += 1
    simulation.toPayment.push('refund')
  }
}

/** Feeds one input to the table. @returns whether the table had a row for it */
export const feed = (simulation: Simulation, input: Input | 'timedOut'): boolean => {
  const decision = decideStep(simulation.table, simulation, input)
  if (decision === null) return false
  simulation.state = decision.state
  simulation.tries = decision.tries
  for (const effect of decision.effects) perform(simulation, effect)
  return true
}

const reserve = (simulation: Simulation): Input[] => {
  if (simulation.stock === 'none') simulation.stock = simulation.available ? 'held' : 'rejected'
  if (simulation.stock === 'rejected') return [simulation.commitRejected ? 'commitRejected' : 'stockRejected']
  return simulation.stock === 'held' ? ['stockReserved'] : simulation.stock === 'committed' ? ['stockCommitted'] : []
}
const commit = (simulation: Simulation): Input[] => {
  if (simulation.stock === 'rejected' && simulation.commitRejected) return ['commitRejected']
  if (simulation.stock !== 'committed' && simulation.stock !== 'held' && !simulation.available) {
    simulation.stock = 'rejected'
    simulation.commitRejected = true
    return ['commitRejected']
  }
  simulation.stock = 'committed'
  return ['stockCommitted']
}

/** Catalog's answers, as its own tests guarantee them. */
const catalogDoes = (simulation: Simulation, request: Request): Input[] => {
  if (request === 'reserve') return reserve(simulation)
  if (request === 'commit') return commit(simulation)
  if (request === 'return' && simulation.returned === 0) simulation.returned = 1
  // A release before its reserve leaves a tombstone; sold stock is never released.
  if (request === 'release' && (simulation.stock === 'held' || simulation.stock === 'none')) simulation.stock = 'released'
  return []
}

const repeatedAnswers: Partial<Record<Payment, Input>> = {
  open: 'sessionOpened',
  paid: 'paymentSucceeded',
  expired: 'paymentExpired',
}
const repeated = (simulation: Simulation): Input[] =>
  repeatedAnswers[simulation.payment] ? [repeatedAnswers[simulation.payment] as Input] : []

const paymentDoes = (simulation: Simulation, request: Request): Input[] => {
  if (request === 'refund') {
    simulation.refunded = simulation.captured
    return []
  }
  if (request === 'pay') {
    if (simulation.payment === 'none') simulation.payment = 'opening'
    return repeated(simulation)
  }
  simulation.closeAsked = true
  if (simulation.payment === 'none' || simulation.payment === 'open') simulation.payment = 'expired'
  if (simulation.payment === 'failed') return ['paymentExpired']
  return repeated(simulation)
}

const settlePayment = (simulation: Simulation, from: readonly Payment[], to: Payment, answer: Input, captured = 0): void => {
  if (!from.includes(simulation.payment)) return
  simulation.payment = to
  simulation.captured = captured
  simulation.fromPayment.push(answer)
}

/** Events of the environment by name. An event that is impossible now changes nothing. */
export const events: Record<string, (simulation: Simulation) => void> = {
  catalogWorks: (simulation) => {
    const request = simulation.toCatalog.shift()
    if (request) simulation.fromCatalog.push(...catalogDoes(simulation, request))
  },
  paymentWorks: (simulation) => {
    const request = simulation.toPayment.shift()
    if (request) simulation.fromPayment.push(...paymentDoes(simulation, request))
  },
  catalogAnswers: (simulation) => deliver(simulation, simulation.fromCatalog.shift()),
  paymentAnswers: (simulation) => deliver(simulation, simulation.fromPayment.shift()),
  oldAnswerComesAgain: (simulation) =>
    deliver(
      simulation,
      simulation.seen[(simulation.moves + simulation.tries + simulation.seen.length * 7) % Math.max(1, simulation.seen.length)],
    ),
  pageOpens: (simulation) => {
    if (simulation.payment !== 'opening') return
    settlePayment(
      simulation,
      ['opening'],
      simulation.closeAsked ? 'expired' : 'open',
      simulation.closeAsked ? 'paymentExpired' : 'sessionOpened',
    )
  },
  shopperPays: (simulation) => settlePayment(simulation, ['open'], 'paid', 'paymentSucceeded', price),
  moneyComesAfterAll: (simulation) =>
    settlePayment(
      simulation,
      simulation.payment === 'expired' && simulation.toPayment.length === 0 ? ['expired'] : [],
      'paid',
      'paymentSucceeded',
      price,
    ),
  wrongAmountComes: (simulation) => settlePayment(simulation, ['open'], 'review', 'paymentReviewed', otherPrice),
  paymentFails: (simulation) => settlePayment(simulation, ['open', 'opening'], 'failed', 'paymentFailed'),
  pageExpires: (simulation) => settlePayment(simulation, ['open'], 'expired', 'paymentExpired'),
  holdLapses: (simulation) => {
    if (simulation.stock !== 'held') return
    simulation.stock = 'released'
    simulation.fromCatalog.push('stockLapsed')
  },
  stockRunsOut: (simulation) => {
    simulation.available = false
  },
  deadlinePasses: (simulation) => void feed(simulation, 'timedOut'),
  shopperCancels: (simulation) => {
    if (simulation.status !== 'pending' || simulation.cancelAsked) return
    simulation.cancelAsked = true
    if (!feed(simulation, 'cancelAsked')) throw new Error(`a pending order in ${simulation.state} accepts no cancellation`)
  },
  operatorRetries: (simulation) => void feed(simulation, 'retryAsked'),
  operatorCompensates: (simulation) => void feed(simulation, 'compensateAsked'),
}

const deliver = (simulation: Simulation, input: Input | undefined): void => {
  if (input === undefined) return
  simulation.seen.push(input)
  feed(simulation, input)
}

const isQuiet = (simulation: Simulation) =>
  [simulation.toCatalog, simulation.toPayment, simulation.fromCatalog, simulation.fromPayment].every(
    (queue) => queue.length === 0,
  )

/** Delivers all messages and passes deadlines until the checkout has ended. */
export const settle = (simulation: Simulation): void => {
  for (let round = 0; round < 100; round++) {
    for (const step of ['catalogWorks', 'paymentWorks', 'pageOpens', 'catalogAnswers', 'paymentAnswers'])
      events[step]?.(simulation)
    if (!isQuiet(simulation)) continue
    if (checkout.terminal.includes(simulation.state) || simulation.state === 'reviewing') return
    feed(simulation, 'timedOut')
  }
  throw new Error(`the checkout does not end: ${JSON.stringify({ ...simulation, table: undefined })}`)
}

/** The events of an undisturbed purchase. */
export const successfulPurchase = [
  'catalogWorks',
  'catalogAnswers',
  'paymentWorks',
  'pageOpens',
  'paymentAnswers',
  'shopperPays',
  'paymentAnswers',
  'catalogWorks',
  'catalogAnswers',
] as const
