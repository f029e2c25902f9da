// An executable model of everything around the checkout saga: catalog, payment, a shopper and an operator, with messages on their way.
import { decideStep } from '@cartwright/messaging'
import { checkout, type Effect, type Input, type State } from './saga.ts'

type Request = 'reserve' | 'release' | 'commit' | 'return' | 'pay' | 'expire' | 'refund'
type Stock = 'none' | 'held' | 'committed' | 'released' | 'rejected'
type Payment = 'none' | 'opening' | 'open' | 'paid' | 'review' | 'expired' | 'failed'

export interface World {
  /** The table that decides: the real one, or one with a defect that the properties must find. */
  table: typeof checkout
  state: State
  tries: number
  status: 'pending' | 'processing' | 'cancelled'
  moves: number
  cancelAsked: boolean
  /** What order believes was captured, and how many refunds it asked for. */
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
  /** Answers that were delivered: each may come again. */
  seen: Input[]
}

const price = 20
const otherPrice = 15

export const newWorld = (table = checkout): World => ({
  table,
  state: 'reserving',
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

const move = (world: World, to: World['status']) => {
  world.status = to
  world.moves += 1
}
const sends: Partial<Record<Effect, { to: 'toCatalog' | 'toPayment'; request: Request }>> = {
  requestStock: { to: 'toCatalog', request: 'reserve' },
  releaseStock: { to: 'toCatalog', request: 'release' },
  commitStock: { to: 'toCatalog', request: 'commit' },
  returnStock: { to: 'toCatalog', request: 'return' },
  requestPayment: { to: 'toPayment', request: 'pay' },
  requestExpiry: { to: 'toPayment', request: 'expire' },
}

const perform = (world: World, effect: Effect): void => {
  const sent = sends[effect]
  if (sent) world[sent.to].push(sent.request)
  else if (effect === 'markPaid') world.recorded = price
  else if (effect === 'markReview') world.recorded = otherPrice
  else if (effect === 'confirm') move(world, 'processing')
  else if (effect.startsWith('cancel')) move(world, 'cancelled')
  else if (effect === 'refundAll' && world.recorded > 0 && world.refundsAsked === 0) {
    // One cause, one row: a second request is a no-op.
    world.refundsAsked += 1
    world.toPayment.push('refund')
  }
}

/** Feeds one input to the table. @returns whether the table had a row for it */
export const feed = (world: World, input: Input | 'timedOut'): boolean => {
  const decision = decideStep(world.table, world, input)
  if (decision === null) return false
  world.state = decision.state
  world.tries = decision.tries
  for (const effect of decision.effects) perform(world, effect)
  return true
}

const reserve = (world: World): Input[] => {
  if (world.stock === 'none') world.stock = world.available ? 'held' : 'rejected'
  if (world.stock === 'rejected') return [world.commitRejected ? 'commitRejected' : 'stockRejected']
  return world.stock === 'held' ? ['stockReserved'] : world.stock === 'committed' ? ['stockCommitted'] : []
}
const commit = (world: World): Input[] => {
  if (world.stock === 'rejected' && world.commitRejected) return ['commitRejected']
  if (world.stock !== 'committed' && world.stock !== 'held' && !world.available) {
    world.stock = 'rejected'
    world.commitRejected = true
    return ['commitRejected']
  }
  world.stock = 'committed'
  return ['stockCommitted']
}

/** Catalog's answers, as its own tests promise them. */
const catalogDoes = (world: World, request: Request): Input[] => {
  if (request === 'reserve') return reserve(world)
  if (request === 'commit') return commit(world)
  if (request === 'return' && world.returned === 0) world.returned = 1
  // A release before its reserve leaves a tombstone; sold stock is never released.
  if (request === 'release' && (world.stock === 'held' || world.stock === 'none')) world.stock = 'released'
  return []
}

const standing: Partial<Record<Payment, Input>> = { open: 'sessionOpened', paid: 'paymentSucceeded', expired: 'paymentExpired' }
const repeated = (world: World): Input[] => (standing[world.payment] ? [standing[world.payment] as Input] : [])

const paymentDoes = (world: World, request: Request): Input[] => {
  if (request === 'refund') {
    world.refunded = world.captured
    return []
  }
  if (request === 'pay') {
    if (world.payment === 'none') world.payment = 'opening'
    return repeated(world)
  }
  world.closeAsked = true
  if (world.payment === 'none' || world.payment === 'open') world.payment = 'expired'
  if (world.payment === 'failed') return ['paymentExpired']
  return repeated(world)
}

const settles = (world: World, from: readonly Payment[], to: Payment, answer: Input, captured = 0): void => {
  if (!from.includes(world.payment)) return
  world.payment = to
  world.captured = captured
  world.fromPayment.push(answer)
}

/** Everything that can happen next, by name. A happening that is impossible now changes nothing. */
export const happenings: Record<string, (world: World) => void> = {
  catalogWorks: (world) => {
    const request = world.toCatalog.shift()
    if (request) world.fromCatalog.push(...catalogDoes(world, request))
  },
  paymentWorks: (world) => {
    const request = world.toPayment.shift()
    if (request) world.fromPayment.push(...paymentDoes(world, request))
  },
  catalogAnswers: (world) => deliver(world, world.fromCatalog.shift()),
  paymentAnswers: (world) => deliver(world, world.fromPayment.shift()),
  oldAnswerComesAgain: (world) =>
    deliver(world, world.seen[(world.moves + world.tries + world.seen.length * 7) % Math.max(1, world.seen.length)]),
  pageOpens: (world) => {
    if (world.payment !== 'opening') return
    settles(world, ['opening'], world.closeAsked ? 'expired' : 'open', world.closeAsked ? 'paymentExpired' : 'sessionOpened')
  },
  shopperPays: (world) => settles(world, ['open'], 'paid', 'paymentSucceeded', price),
  moneyComesAfterAll: (world) =>
    settles(
      world,
      world.payment === 'expired' && world.toPayment.length === 0 ? ['expired'] : [],
      'paid',
      'paymentSucceeded',
      price,
    ),
  wrongAmountComes: (world) => settles(world, ['open'], 'review', 'paymentReviewed', otherPrice),
  paymentFails: (world) => settles(world, ['open', 'opening'], 'failed', 'paymentFailed'),
  pageExpires: (world) => settles(world, ['open'], 'expired', 'paymentExpired'),
  holdLapses: (world) => {
    if (world.stock !== 'held') return
    world.stock = 'released'
    world.fromCatalog.push('stockLapsed')
  },
  stockRunsOut: (world) => {
    world.available = false
  },
  deadlinePasses: (world) => void feed(world, 'timedOut'),
  somebodyCancels: (world) => {
    if (world.status !== 'pending' || world.cancelAsked) return
    world.cancelAsked = true
    if (!feed(world, 'cancelAsked')) throw new Error(`a pending order in ${world.state} takes no cancellation`)
  },
  operatorRetries: (world) => void feed(world, 'retryAsked'),
  operatorCompensates: (world) => void feed(world, 'compensateAsked'),
}

const deliver = (world: World, input: Input | undefined): void => {
  if (input === undefined) return
  world.seen.push(input)
  feed(world, input)
}

const quiet = (world: World) =>
  [world.toCatalog, world.toPayment, world.fromCatalog, world.fromPayment].every((queue) => queue.length === 0)

/** Lets everything that is on its way arrive, and deadlines pass, until the checkout rests. */
export const settle = (world: World): void => {
  for (let round = 0; round < 100; round++) {
    for (const step of ['catalogWorks', 'paymentWorks', 'pageOpens', 'catalogAnswers', 'paymentAnswers'])
      happenings[step]?.(world)
    if (!quiet(world)) continue
    if (checkout.terminal.includes(world.state) || world.state === 'reviewing') return
    feed(world, 'timedOut')
  }
  throw new Error(`the checkout does not come to rest: ${JSON.stringify({ ...world, table: undefined })}`)
}

/** How a purchase goes when nothing comes between. */
export const straight = [
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
