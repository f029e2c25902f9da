// Short stories that somebody may die in, and what each has left behind by now. What it must leave behind stands in `story-ends.ts`.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { MailView } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { readLedger } from '../evidence/collect.ts'
import { isPassing } from '../shoppers/client.ts'
import { aGuest, inSeconds, type Person, pause, payOn, payUrl, readCart } from '../shoppers/person.ts'
import { orderCart } from './crowds.ts'
import type { Ground } from './scenario.ts'
import { untilOrder } from './stripe-stories.ts'

export type Story =
  | 'buy'
  | 'leave'
  | 'buy-and-cancel'
  | 'buy-and-ship'
  | 'buy-and-look-up'
  | 'buy-and-resend'
  | 'restock'
  | 'register'

/** Wraps the step of a story that everything hangs on: the payment, the cancellation, the registration, the delivery. */
export type Around = <T>(step: () => Promise<T>) => Promise<T>
const plainly: Around = (step) => step()

/** What a story has left behind by now, without the names of this time. */
export type Look = () => Promise<object>

/** Puts something into the cart and looks whether it is there when the answer was lost: adding is not repeatable. */
const putInCart = async (who: Person, sku: string, quantity: number): Promise<void> => {
  for (const until = inSeconds(60); performance.now() < until; await pause(300)) {
    const answer = await who.call('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
    if (!isPassing(answer)) return
    if ((await readCart(who))?.lines.some((line) => line.sku === sku)) return
  }
}

interface Bought {
  who: Person
  orderId: string
  url: string
  sku: string
}

const order = async (ground: Ground, actor: string): Promise<Bought> => {
  const [sku = ''] = await ground.goods({ stock: 5 })
  const who = await aGuest(ground.url, actor, ground.journal)
  await putInCart(who, sku, 2)
  const orderId = await orderCart(who)
  const url = orderId === null ? null : await payUrl(who, orderId, 90)
  if (orderId === null || url === null) throw new Error(`${actor} got no payment page`)
  return { who, orderId, url, sku }
}

const stateOf = async (ground: Ground, { who, orderId, sku }: Bought): Promise<object> => {
  const { query, table } = ground.world
  const orders = await query(
    `SELECT status, payment_status, fulfilment_status, refund_status, captured_minor FROM ${table('order', 'customer_order')} WHERE id = ?`,
    [orderId],
  )
  const history = await query<{ to_status: string }>(
    `SELECT to_status FROM ${table('order', 'order_history')} WHERE order_id = ? ORDER BY version`,
    [orderId],
  )
  const stock = await query(`SELECT on_hand, reserved FROM ${table('catalog', 'stock_level')} WHERE sku = ?`, [sku])
  const { sessions, charges, refunds } = await readLedger(ground.world)
  const own = sessions.filter((session) => session.metadata.orderId === orderId)
  const intents = new Set(own.map((session) => session.payment_intent))
  const cart = await query<{ quantity: number }>(
    `SELECT l.quantity FROM ${table('cart', 'cart_line')} l JOIN ${table('cart', 'cart')} c ON c.id = l.cart_id WHERE c.open_for = ?`,
    [who.principalId],
  )
  const mails = await query<{ id: string; template: string; state: string }>(
    `SELECT id, template, state FROM ${table('notification', 'message')} WHERE recipient = ? ORDER BY template`,
    [who.email],
  )
  return {
    order: orders[0] ?? null,
    history: history.map((entry) => entry.to_status).join(' → '),
    stock: stock[0] ?? null,
    pages: own.map(({ status }) => status),
    charged: charges.filter((each) => intents.has(each.payment_intent)).map((each) => each.amount_captured),
    refunded: refunds.filter((each) => intents.has(each.payment_intent)).map((each) => `${each.amount} ${each.status}`),
    mails: mails.map(({ template, state }) => `${template} ${state}`),
    arrived: ground.mails.to(who.email).length,
    cart: cart.map(({ quantity }) => quantity),
  }
}

const cancel = (who: Person, orderId: string) =>
  who.insist('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })

const buy = async (ground: Ground, actor: string, around: Around = plainly): Promise<Bought> => {
  const bought = await order(ground, actor)
  const pay = () => payOn(bought.who, bought.orderId, bought.url, cards.pays, ground.journal)
  await around(pay)
  return bought
}

const buyAnd =
  (then: (ground: Ground, bought: Bought) => Promise<unknown>) =>
  async (ground: Ground, actor: string, around: Around): Promise<Look> => {
    const bought = await buy(ground, actor)
    await untilOrder(bought.who, bought.orderId, ({ status }) => status === 'processing', 90)
    await around(() => then(ground, bought))
    return () => stateOf(ground, bought)
  }

const ship = (ground: Ground, { orderId }: Bought) =>
  ground.admin.insist('POST', `/v1/admin/orders/${orderId}/ship`, {
    key: randomUUID(),
    body: { carrier: 'DHL', trackingNumber: 'T-1' },
    action: 'ship',
    orderId,
  })

/** The number and the address bring a code by mail; what was asked twice within a minute brings one. */
const lookUp = async (_: Ground, { who, orderId }: Bought) => {
  const seen = await untilOrder(who, orderId, () => true)
  const body = { number: seen?.number, email: who.email }
  await who.insist('POST', '/v1/orders/lookup', { token: null, body, action: 'look up', orderId })
}

/** An operator has the confirmation sent again, once it was sent. */
const resend = async (ground: Ground, { orderId }: Bought) => {
  for (const until = inSeconds(60); performance.now() < until; await pause(400)) {
    const listed = await ground.admin.insist<{ items: MailView[] }>(
      'GET',
      `/v1/admin/messages?orderId=${orderId}&template=order-confirmed&state=sent`,
      { quiet: true },
    )
    const [mail] = listed.kind === 'answer' && listed.status === 200 ? listed.body.items : []
    if (mail === undefined) continue
    return ground.admin.insist('POST', `/v1/admin/messages/${mail.id}/resend`, { key: randomUUID(), action: 'resend', orderId })
  }
}

const restock = async (ground: Ground, _: string, around: Around): Promise<Look> => {
  const [sku = ''] = await ground.goods({ stock: 5 })
  const body = { delta: 3, reason: 'found some more' }
  const key = randomUUID()
  await around(() =>
    ground.admin.insist('POST', `/v1/admin/stock/${sku}/adjustments`, { key, body, action: `stock 3 of ${sku}` }),
  )
  return async () => {
    const { query, table } = ground.world
    const levels = await query(`SELECT on_hand, reserved FROM ${table('catalog', 'stock_level')} WHERE sku = ?`, [sku])
    const moves = await query<{ delta: number }>(
      `SELECT delta FROM ${table('catalog', 'stock_movement')} WHERE sku = ? ORDER BY id`,
      [sku],
    )
    return { level: levels[0] ?? null, moves: moves.map(({ delta }) => delta) }
  }
}

/** Registers, types the mailed code, and signs in: all that counts is that the account works in the end. */
const register = async (ground: Ground, actor: string, around: Around): Promise<Look> => {
  const email = `${actor.replaceAll(/\W/g, '-').toLowerCase()}-${randomUUID().slice(0, 8)}@example.net`
  const password = `Chaos-${randomUUID()}`
  const guest = await aGuest(ground.url, actor, ground.journal)
  const post = (path: string, body: object) => guest.insist('POST', path, { body, token: null })
  const asked = await around(() =>
    guest.insist<{ registrationId: string }>('POST', '/v1/auth/register', {
      body: { email, password, name: 'Rita Regular' },
      token: null,
    }),
  )
  const registrationId = asked.kind === 'answer' ? asked.body.registrationId : ''
  const codes = (): string[] => [...new Set(ground.mails.to(email).flatMap((mail) => /\b\d{6}\b/.exec(mail.text)?.[0] ?? []))]
  for (const until = inSeconds(60); codes().length === 0 && performance.now() < until; ) await pause(200)
  // A registration whose answer was lost was mailed a code as well; only one of them belongs to the one that was answered.
  for (const code of codes().reverse()) {
    const answer = await post('/v1/auth/verify', { registrationId, code })
    if (answer.kind === 'answer' && answer.status === 200) break
  }
  return async () => {
    const answer = await post('/v1/auth/login', { email, password })
    await delay(200)
    const welcomed = ground.mails.to(email).filter((mail) => !/\b\d{6}\b/.test(mail.text)).length
    return { signingIn: answer.kind === 'answer' ? answer.status : null, mailsWithoutCode: welcomed }
  }
}

const stories: Readonly<Record<Story, (ground: Ground, actor: string, around: Around) => Promise<Look>>> = {
  buy: async (ground, actor, around) => {
    const bought = await buy(ground, actor, around)
    return () => stateOf(ground, bought)
  },
  leave: async (ground, actor, around) => {
    const left = await order(ground, actor)
    await around(() => cancel(left.who, left.orderId))
    return () => stateOf(ground, left)
  },
  'buy-and-cancel': buyAnd((_, { who, orderId }) => cancel(who, orderId)),
  'buy-and-ship': buyAnd(ship),
  'buy-and-look-up': buyAnd(lookUp),
  'buy-and-resend': buyAnd(resend),
  restock,
  register,
}

/** Plays a story to its end, whatever dies meanwhile. @returns how to look at what it left behind */
export const playStory = (ground: Ground, story: Story, actor: string, around: Around = plainly): Promise<Look> =>
  stories[story](ground, actor, around)
