// Each service dies at each named place that it has, in the middle of a purchase: the shop ends up exactly as without the death.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@cartwright/service-kit'
import { cards } from '@cartwright/shop/test-shop'
import { readLedger } from '../evidence/collect.ts'
import { aGuest, inSeconds, type Person, pause, payOn } from '../shoppers/person.ts'
import { DiedTooSoon, type Replica } from '../world/fleet.ts'
import type { Ground, Scenario } from './scenario.ts'
import { anOpenOrder, untilOrder } from './stripe-stories.ts'

type Story = 'buy' | 'buy-and-cancel' | 'register'

export interface Death {
  service: ServiceName
  /** `<point>` or `<point>:<event type or job kind>`. */
  at: string
  story: Story
}

const aroundCommit = ['before-handler-commit', 'after-handler-commit', 'after-commit-before-offset'] as const

const handling = (service: ServiceName, event: string, story: Story = 'buy'): Death[] =>
  aroundCommit.map((point) => ({ service, at: `${point}:${event}`, story }))

/** Every service at every place that it has. */
export const deaths: readonly Death[] = [
  ...handling('catalog', 'order.stock-requested'),
  ...handling('catalog', 'order.stock-commit-requested'),
  ...handling('catalog', 'order.stock-return-requested', 'buy-and-cancel'),
  { service: 'catalog', at: 'after-ack-before-mark', story: 'buy' },
  { service: 'catalog', at: 'after-effect-before-apply:index-products', story: 'buy' },
  ...handling('order', 'catalog.stock-reserved'),
  ...handling('order', 'payment.session-opened'),
  ...handling('order', 'payment.succeeded'),
  ...handling('order', 'catalog.stock-committed'),
  ...handling('order', 'payment.refund-succeeded', 'buy-and-cancel'),
  { service: 'order', at: 'after-ack-before-mark', story: 'buy' },
  ...handling('payment', 'order.payment-requested'),
  ...handling('payment', 'order.refund-requested', 'buy-and-cancel'),
  { service: 'payment', at: 'after-ack-before-mark', story: 'buy' },
  { service: 'payment', at: 'after-effect-before-apply:open-session', story: 'buy' },
  { service: 'payment', at: 'after-effect-before-apply:process-stripe-event', story: 'buy' },
  { service: 'payment', at: 'after-effect-before-apply:refund', story: 'buy-and-cancel' },
  ...handling('cart', 'order.placed'),
  ...handling('notification', 'order.confirmed'),
  { service: 'notification', at: 'after-effect-before-apply:deliver-mail', story: 'buy' },
  { service: 'identity', at: 'after-ack-before-mark', story: 'register' },
]

/** The deaths of some services. */
export const deathsOf = (...names: readonly ServiceName[]): Death[] => deaths.filter(({ service }) => names.includes(service))

/** What a story leaves behind, without the names of this time. */
interface FinalState {
  order: string
  history: string
  stock: string
  money: string
  mails: string[]
  cart: number
}

const stateOf = async (ground: Ground, who: Person, orderId: string, sku: string): Promise<FinalState> => {
  const { query, table } = ground.world
  const [order] = await query<{ status: string; payment_status: string; refund_status: string; captured_minor: number }>(
    `SELECT status, payment_status, refund_status, captured_minor FROM ${table('order', 'customer_order')} WHERE id = ?`,
    [orderId],
  )
  const history = await query<{ to_status: string }>(
    `SELECT to_status FROM ${table('order', 'order_history')} WHERE order_id = ? ORDER BY version`,
    [orderId],
  )
  const [stock] = await query<{ on_hand: number; reserved: number }>(
    `SELECT on_hand, reserved FROM ${table('catalog', 'stock_level')} WHERE sku = ?`,
    [sku],
  )
  const ledger = await readLedger(ground.world)
  const intents = new Set(
    ledger.sessions.filter((session) => session.metadata.orderId === orderId).map((session) => session.payment_intent),
  )
  const [lines] = await query<{ lines: number }>(
    `SELECT COUNT(*) AS \`lines\` FROM ${table('cart', 'cart_line')} l JOIN ${table('cart', 'cart')} c ON c.id = l.cart_id WHERE c.open_for = ?`,
    [who.principalId],
  )
  return {
    order: JSON.stringify(order),
    history: history.map((entry) => entry.to_status).join(' → '),
    stock: JSON.stringify(stock),
    money: JSON.stringify([
      ledger.charges.filter((charge) => intents.has(charge.payment_intent)).map((charge) => charge.amount_captured),
      ledger.refunds.filter((refund) => intents.has(refund.payment_intent)).map((refund) => [refund.amount, refund.status]),
    ]),
    mails: ground.mails
      .to(who.email)
      .map((mail) => mail.subject.replaceAll(/CW-\S+/g, 'CW-…'))
      .toSorted(),
    cart: lines?.lines ?? -1,
  }
}

/** Plays a purchase to its end, whatever dies meanwhile. @returns how to look at what it left behind */
const play = async (ground: Ground, story: Story, actor: string): Promise<() => Promise<string>> => {
  if (story === 'register') return registers(ground, actor)
  const [sku = ''] = await ground.goods({ stock: 5 })
  const { who, orderId, url } = await anOpenOrder(ground, actor, sku, 2)
  await payOn(who, orderId, url, cards.pays, ground.journal)
  if (story === 'buy-and-cancel') {
    await untilOrder(who, orderId, ({ status }) => status === 'processing', 90)
    await who.insist('POST', `/v1/orders/${orderId}/cancel`, {
      key: randomUUID(),
      body: {},
      action: 'cancel',
      orderId,
      seconds: 60,
    })
  }
  return async () => JSON.stringify(await stateOf(ground, who, orderId, sku), null, 1)
}

const registers = async (ground: Ground, actor: string): Promise<() => Promise<string>> => {
  const email = `${actor.replaceAll(/\W/g, '-')}-${randomUUID().slice(0, 8)}@example.net`
  const guest = await aGuest(ground.url, actor, ground.journal)
  await guest.insist('POST', '/v1/auth/register', {
    body: { email, password: `Chaos-${randomUUID()}`, name: 'Rita Regular' },
    token: null,
  })
  return async () =>
    ground.mails
      .to(email)
      .map((mail) => mail.subject.replaceAll(/\d{6}/g, '…'))
      .join(', ')
}

/** Asks until the state is the wished one. @returns the last one seen */
const settles = async (look: () => Promise<string>, wanted: string | null, seconds: number): Promise<string> => {
  const until = inSeconds(seconds)
  let seen = ''
  for (let same = 0; performance.now() < until; await pause(400)) {
    const now = await look().catch((error: unknown) => String(error))
    same = now === seen ? same + 1 : 0
    seen = now
    if (wanted === null ? same > 12 : seen === wanted) return seen
  }
  return seen
}

/** A purchase that goes through shows that everybody is back in their groups and has nothing left over. */
const probe = async (ground: Ground): Promise<void> => {
  const [sku = ''] = await ground.goods({ stock: 1 })
  const { who, orderId, url } = await anOpenOrder(ground, 'probe', sku)
  await payOn(who, orderId, url, cards.pays, ground.journal)
  await untilOrder(who, orderId, ({ status }) => status === 'processing', 60)
  await delay(500)
}

/** Starts a process that will die at a place. What is left over from the death before is worked off first. */
const arm = async (ground: Ground, replica: Replica, at: string): Promise<void> => {
  for (let tries = 1; ; tries++) {
    await probe(ground)
    try {
      return await replica.restart({ CRASH_POINT: at })
    } catch (error) {
      if (!(error instanceof DiedTooSoon) || tries === 3) throw error
    }
  }
}

const dieOnce = async (ground: Ground, death: Death, wanted: Record<Story, string>): Promise<void> => {
  const { service, at, story } = death
  const [replica] = ground.world.fleet.of(service)
  if (replica === undefined) throw new Error(`${service} does not run`)
  await arm(ground, replica, at)
  const died = replica.died().then(() => 'died' as const)
  ground.journal.fault(`${service} is to die at ${at}`)
  // The last place may lie behind the story's end: the death is waited for beside it.
  const look = await play(ground, story, `${service} ${at}`)
  const fate = await Promise.race([died, delay(30_000).then(() => 'lives' as const)])
  if (fate === 'lives') {
    ground.expect(false, `${service} never came to ${at}`)
    return replica.restart({ CRASH_POINT: null })
  }
  const seen = await settles(look, wanted[story], 60)
  ground.expect(seen === wanted[story], `${service} died at ${at}: after 60 s there is\n${seen}\ninstead of\n${wanted[story]}`)
  ground.say(`${service} died at ${at}: ${seen === wanted[story] ? 'all is as without it' : 'IT MADE A DIFFERENCE'}`)
}

export const crashPoints = (chosen: readonly Death[], name: string): Scenario => ({
  name,
  about: `${chosen.length} deaths, each service at each named place: within 60 s everything is as if nobody had died.`,
  restSec: 120,
  play: async (ground) => {
    const wanted: Record<Story, string> = { buy: '', 'buy-and-cancel': '', register: '' }
    for (const story of new Set(chosen.map((death) => death.story)))
      wanted[story] = await settles(await play(ground, story, `nobody dies, ${story}`), null, 60)
    for (const death of chosen) await dieOnce(ground, death, wanted)
  },
})
