// Scripted purchases: short sequences of requests that run while services die, and a reader of the state that each has reached.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { MailView } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { readLedger } from '../collected-state/stripe-ledger.ts'
import { cancelUnits, receiveAndRefund, requestReturn, stepReturn, withdraw } from '../shoppers/after-sale.ts'
import { isTransient } from '../shoppers/client.ts'
import { createGuest, payOnPage, readCart, type SimulatedUser, waitForPageUrl } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { Fixture } from './scenario.ts'
import { orderCart, waitForOrder } from './steps.ts'

export type ScriptedPurchase =
  | 'buy'
  | 'leave'
  | 'buy-and-cancel'
  | 'buy-and-ship'
  | 'buy-and-look-up'
  | 'buy-and-resend'
  | 'buy-and-return'
  | 'buy-and-cancel-unit'
  | 'buy-and-withdraw'
  | 'ship-and-withdraw'
  | 'restock'
  | 'register'

/** Wraps the critical step of a purchase: the payment, the cancellation, the registration or the delivery. */
export type WrapStep = <T>(step: () => Promise<T>) => Promise<T>
const unwrapped: WrapStep = (step) => step()

/** Reads the state that a purchase has reached, without generated ids. */
export type ReadEnd = () => Promise<object>

/** Adds a line. After a lost answer it reads the cart first, because adding is not idempotent. */
const putInCart = async (user: SimulatedUser, sku: string, quantity: number): Promise<void> => {
  for (const until = deadlineIn(60); performance.now() < until; await pause(300)) {
    const answer = await user.call('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
    if (!isTransient(answer)) return
    if ((await readCart(user))?.lines.some((line) => line.sku === sku)) return
  }
}

interface Bought {
  user: SimulatedUser
  orderId: string
  url: string
  sku: string
}

const order = async (fixture: Fixture, actor: string): Promise<Bought> => {
  const [sku = ''] = await fixture.createProducts({ stock: 5 })
  const user = await createGuest(fixture.url, actor, fixture.journal)
  await putInCart(user, sku, 2)
  const orderId = await orderCart(user)
  const url = orderId === null ? null : await waitForPageUrl(user, orderId, 90)
  if (orderId === null || url === null) throw new Error(`${actor} got no payment page`)
  return { user, orderId, url, sku }
}

const stateOf = async (fixture: Fixture, { user, orderId, sku }: Bought): Promise<object> => {
  const { query, table } = fixture.shop
  const orders = await query(
    `SELECT status, payment_status, fulfilment_status, refund_status, return_status, captured_minor FROM ${table('order', 'customer_order')} WHERE id = ?`,
    [orderId],
  )
  const history = await query<{ to_status: string }>(
    `SELECT to_status FROM ${table('order', 'order_history')} WHERE order_id = ? ORDER BY version`,
    [orderId],
  )
  const stock = await query(`SELECT on_hand, reserved FROM ${table('catalog', 'stock_level')} WHERE sku = ?`, [sku])
  const { sessions, charges, refunds } = await readLedger(fixture.shop)
  const own = sessions.filter((session) => session.metadata.orderId === orderId)
  const intents = new Set(own.map((session) => session.payment_intent))
  const cart = await query<{ quantity: number }>(
    `SELECT l.quantity FROM ${table('cart', 'cart_line')} l JOIN ${table('cart', 'cart')} c ON c.id = l.cart_id WHERE c.open_for = ?`,
    [user.principalId],
  )
  const mails = await query<{ id: string; template: string; state: string }>(
    `SELECT id, template, state FROM ${table('notification', 'message')} WHERE recipient = ? ORDER BY template`,
    [user.email],
  )
  const documents = await query<{ kind: string; total_minor: number }>(
    `SELECT kind, total_minor FROM ${table('order', 'invoice')} WHERE order_id = ? ORDER BY kind DESC`,
    [orderId],
  )
  return {
    order: orders[0] ?? null,
    history: history.map((entry) => entry.to_status).join(' → '),
    stock: stock[0] ?? null,
    pages: own.map(({ status }) => status),
    charged: charges.filter((each) => intents.has(each.payment_intent)).map((each) => each.amount_captured),
    refunded: refunds.filter((each) => intents.has(each.payment_intent)).map((each) => `${each.amount} ${each.status}`),
    documents: documents.map(({ kind, total_minor: total }) => `${kind} ${total}`),
    mails: mails.map(({ template, state }) => `${template} ${state}`),
    arrived: fixture.mails.to(user.email).length,
    cart: cart.map(({ quantity }) => quantity),
  }
}

const cancel = (user: SimulatedUser, orderId: string) =>
  user.callWithRetry('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })

const buy = async (fixture: Fixture, actor: string, wrapStep: WrapStep = unwrapped): Promise<Bought> => {
  const bought = await order(fixture, actor)
  const pay = () => payOnPage(bought.user, bought.orderId, bought.url, cards.pays, fixture.journal)
  await wrapStep(pay)
  return bought
}

const buyAnd =
  (then: (fixture: Fixture, bought: Bought) => Promise<unknown>) =>
  async (fixture: Fixture, actor: string, wrapStep: WrapStep): Promise<ReadEnd> => {
    const bought = await buy(fixture, actor)
    await waitForOrder(bought.user, bought.orderId, ({ status }) => status === 'processing', 90)
    await wrapStep(() => then(fixture, bought))
    return () => stateOf(fixture, bought)
  }

const ship = (fixture: Fixture, { orderId }: Bought) =>
  fixture.admin.callWithRetry('POST', `/v1/admin/orders/${orderId}/ship`, {
    key: randomUUID(),
    body: { carrier: 'DHL', trackingNumber: 'T-1' },
    action: 'ship',
    orderId,
  })

/** Requests a guest lookup; two requests within a minute send one code. */
const lookUp = async (_: Fixture, { user, orderId }: Bought) => {
  const seen = await waitForOrder(user, orderId, () => true)
  const body = { number: seen?.number, email: user.email }
  await user.callWithRetry('POST', '/v1/orders/lookup', { token: null, body, action: 'look up', orderId })
}

/** An operator resends the confirmation after it was sent. */
const resend = async (fixture: Fixture, { orderId }: Bought) => {
  for (const until = deadlineIn(60); performance.now() < until; await pause(400)) {
    const listed = await fixture.admin.callWithRetry<{ items: MailView[] }>(
      'GET',
      `/v1/admin/messages?orderId=${orderId}&template=order-confirmed&state=sent`,
      { quiet: true },
    )
    const [mail] = listed.kind === 'answer' && listed.status === 200 ? listed.body.items : []
    if (mail === undefined) continue
    return fixture.admin.callWithRetry('POST', `/v1/admin/messages/${mail.id}/resend`, {
      key: randomUUID(),
      action: 'resend',
      orderId,
    })
  }
}

/** One of the two units comes back, is put into stock again and is paid back. */
const sendBack = async (fixture: Fixture, bought: Bought): Promise<void> => {
  await ship(fixture, bought)
  const order = await waitForOrder(bought.user, bought.orderId, ({ status }) => status === 'shipped')
  const back = order && (await requestReturn(bought.user, order))
  if (!back) throw new Error(`no return of ${bought.orderId} could be requested`)
  await stepReturn(fixture, back, 'approve')
  await receiveAndRefund(fixture, back, true)
}

const cancelUnit = async (fixture: Fixture, { user, orderId }: Bought): Promise<void> => {
  const order = await waitForOrder(user, orderId, () => true)
  if (order) await cancelUnits(fixture, order, true)
}

const withdrawFrom = async (fixture: Fixture, { user, orderId }: Bought): Promise<void> => {
  const order = await waitForOrder(user, orderId, () => true)
  if (order) await withdraw(user, order, fixture)
}

const restock = async (fixture: Fixture, _: string, wrapStep: WrapStep): Promise<ReadEnd> => {
  const [sku = ''] = await fixture.createProducts({ stock: 5 })
  const body = { delta: 3, reason: 'found some more' }
  const key = randomUUID()
  await wrapStep(() =>
    fixture.admin.callWithRetry('POST', `/v1/admin/stock/${sku}/adjustments`, { key, body, action: `stock 3 of ${sku}` }),
  )
  return async () => {
    const { query, table } = fixture.shop
    const levels = await query(`SELECT on_hand, reserved FROM ${table('catalog', 'stock_level')} WHERE sku = ?`, [sku])
    const moves = await query<{ delta: number }>(
      `SELECT delta FROM ${table('catalog', 'stock_movement')} WHERE sku = ? ORDER BY id`,
      [sku],
    )
    return { level: levels[0] ?? null, moves: moves.map(({ delta }) => delta) }
  }
}

/** Registers, enters the mailed code and signs in. The account must work in the end. */
const register = async (fixture: Fixture, actor: string, wrapStep: WrapStep): Promise<ReadEnd> => {
  const email = `${actor.replaceAll(/\W/g, '-').toLowerCase()}-${randomUUID().slice(0, 8)}@example.net`
  const password = `Chaos-${randomUUID()}`
  const guest = await createGuest(fixture.url, actor, fixture.journal)
  const post = (path: string, body: object) => guest.callWithRetry('POST', path, { body, token: null })
  const asked = await wrapStep(() =>
    guest.callWithRetry<{ registrationId: string }>('POST', '/v1/auth/register', {
      body: { email, password, name: 'Rita Regular' },
      token: null,
    }),
  )
  const registrationId = asked.kind === 'answer' ? asked.body.registrationId : ''
  const codes = (): string[] => [...new Set(fixture.mails.to(email).flatMap((mail) => /\b\d{6}\b/.exec(mail.text)?.[0] ?? []))]
  for (const until = deadlineIn(60); codes().length === 0 && performance.now() < until; ) await pause(200)
  // A registration whose answer was lost mailed a code too; only one code belongs to the registration that was answered.
  for (const code of codes().reverse()) {
    const answer = await post('/v1/auth/verify', { registrationId, code })
    if (answer.kind === 'answer' && answer.status === 200) break
  }
  return async () => {
    const answer = await post('/v1/auth/login', { email, password })
    await delay(200)
    const welcomed = fixture.mails.to(email).filter((mail) => !/\b\d{6}\b/.test(mail.text)).length
    return { signingIn: answer.kind === 'answer' ? answer.status : null, mailsWithoutCode: welcomed }
  }
}

const scriptedPurchases: Readonly<
  Record<ScriptedPurchase, (fixture: Fixture, actor: string, wrapStep: WrapStep) => Promise<ReadEnd>>
> = {
  buy: async (fixture, actor, wrapStep) => {
    const bought = await buy(fixture, actor, wrapStep)
    return () => stateOf(fixture, bought)
  },
  leave: async (fixture, actor, wrapStep) => {
    const left = await order(fixture, actor)
    await wrapStep(() => cancel(left.user, left.orderId))
    return () => stateOf(fixture, left)
  },
  'buy-and-cancel': buyAnd((_, { user, orderId }) => cancel(user, orderId)),
  'buy-and-ship': buyAnd(ship),
  'buy-and-look-up': buyAnd(lookUp),
  'buy-and-resend': buyAnd(resend),
  'buy-and-return': buyAnd(sendBack),
  'buy-and-cancel-unit': buyAnd(cancelUnit),
  'buy-and-withdraw': buyAnd(withdrawFrom),
  'ship-and-withdraw': buyAnd(async (fixture, bought) => {
    await ship(fixture, bought)
    await withdrawFrom(fixture, bought)
  }),
  restock,
  register,
}

/** Plays a purchase to its end. @returns a reader of the state that it has reached */
export const playScriptedPurchase = (
  fixture: Fixture,
  purchase: ScriptedPurchase,
  actor: string,
  wrapStep: WrapStep = unwrapped,
): Promise<ReadEnd> => scriptedPurchases[purchase](fixture, actor, wrapStep)
