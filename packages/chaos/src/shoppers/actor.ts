// Actor: plays a shopper's script, and the operator's part in the same order.
import { randomUUID } from 'node:crypto'
import type { Cart } from '@cartwright/contracts'
import { anAddress } from '@cartwright/shop/test-shop'
import { deadlineIn, pause } from '../wait.ts'
import { afterSalePlays } from './after-sale.ts'
import {
  type ActorContext,
  afterPaying,
  cancel,
  operate,
  type PlayEnding,
  pay,
  readOrder,
  ship,
  shipAndDeliver,
} from './order-steps.ts'
import type { Ending, Script } from './script.ts'
import {
  abroad,
  addressAbroad,
  askCheckout,
  type CheckoutAnswer,
  createGuest,
  enterCode,
  orderIn,
  payOnPage,
  readCart,
  type SimulatedUser,
  shipTo,
  waitForPageUrl,
} from './simulated-user.ts'

const browse = async (user: SimulatedUser, script: Script): Promise<void> => {
  const paths = ['/v1/products?limit=20', '/v1/search?q=thing', `/v1/search?q=${script.lines[0]?.sku ?? ''}`]
  for (const path of paths.slice(0, script.browses)) await user.call('GET', path, { quiet: true })
}

const fillCart = async (user: SimulatedUser, script: Script): Promise<void> => {
  for (const { sku, quantity } of script.lines)
    await user.callWithRetry('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
}

/** Reduces the cart to the quantities that are available. */
const reduceToAvailable = async (
  user: SimulatedUser,
  cart: Cart,
  shortages: readonly { sku: string; available: number }[],
): Promise<void> => {
  for (const { sku, available } of shortages) {
    const line = cart.lines.find((each) => each.sku === sku)
    if (line === undefined) continue
    const path = `/v1/cart/lines/${line.id}`
    if (available > 0)
      await user.callWithRetry('PATCH', path, { body: { quantity: available }, action: `take ${available} of ${sku}` })
    else await user.callWithRetry('DELETE', path, { action: `leave out ${sku}` })
  }
}

/** Enters the codes of the script; one that is used up is refused. */
const enterCodes = async (user: SimulatedUser, { codes, moves }: Script): Promise<void> => {
  if (moves === 'before' || moves === 'lives-abroad') await shipTo(user, abroad)
  // A code for shipping applies once shipping is chosen.
  if (codes.length > 0) await readCart(user)
  for (const code of codes) await enterCode(user, code)
}

/** Removes codes that do not apply any more, and accepts the price without them. */
const removeUsedUpCodes = async (user: SimulatedUser, cart: Cart, answers: readonly CheckoutAnswer[]): Promise<void> => {
  if (!answers.some((answer) => answer.kind === 'answer' && answer.code === 'code_not_applicable')) return
  for (const { code } of cart.codes) await user.callWithRetry('DELETE', `/v1/cart/codes/${code}`, { action: 'remove a code' })
}

/** Checks out as often and with as many keys as the script says. @returns the id of the order */
const placeOrder = async (user: SimulatedUser, script: Script): Promise<string | null> => {
  const address = script.moves === 'lives-abroad' ? addressAbroad : anAddress
  for (let tries = 0; tries < 4; tries++) {
    const cart = await readCart(user)
    if (cart === null || cart.lines.length === 0) return null
    const key = randomUUID()
    const keys = [...Array.from({ length: script.copies }, () => key), ...(script.otherKey ? [randomUUID()] : [])]
    const moving = script.moves === 'meanwhile' && tries === 0 ? shipTo(user, abroad) : null
    const answers = await Promise.all(keys.map((each) => askCheckout(user, cart, each, address)))
    await moving
    const found = answers.map(orderIn).find((id) => id !== null)
    if (found) return found
    const [short] = answers.flatMap((answer) => (answer.kind === 'answer' ? [answer.body.shortages ?? []] : []))
    await reduceToAvailable(user, cart, short ?? [])
    await removeUsedUpCodes(user, cart, answers)
    if (script.moves !== 'no') await shipTo(user, address)
    await pause(200)
  }
  return null
}

const refund: PlayEnding = async (user, orderId, script, context) => {
  const order = await readOrder(user, orderId)
  if (order === null) return
  const amountMinor = Math.max(1, Math.floor(order.total.amountMinor * script.refundShare))
  await operate(
    context,
    orderId,
    'refunds',
    script.ending === 'refund-all'
      ? { reason: 'goodwill' }
      : { amount: { amountMinor, currency: order.total.currency }, reason: 'goodwill' },
    'refund',
  )
}

/** The bank fails the refund. Half of the operators refund again; the others leave the failed refund for the invariants. */
const refundThatFails: PlayEnding = async (user, orderId, script, context) => {
  await operate(context, orderId, 'refunds', { reason: 'goodwill' }, 'refund')
  if (!(await context.stripeOperator.failRefund(orderId)) || script.refundShare < 0.5) return
  for (const until = deadlineIn(40); performance.now() < until; await pause(300)) {
    if ((await readOrder(user, orderId))?.refundStatus !== 'failed') continue
    await operate(context, orderId, 'refunds', { reason: 'once more' }, 'refund')
    return
  }
}

/** A part is refunded in Stripe's dashboard while the order is cancelled: the shop must refund the rest. */
const refundTwice: PlayEnding = async (user, orderId, script, context) => {
  const order = await readOrder(user, orderId)
  if (order === null) return
  await Promise.all([
    context.stripeOperator.refundFromDashboard(orderId, Math.max(1, Math.floor(order.total.amountMinor * script.refundShare))),
    cancel(user, orderId),
  ])
}

/** The order is cancelled while the bank holds the money for a dispute; a dispute that is won is refunded then. */
const cancelDisputed: PlayEnding = async (user, orderId, script, context) => {
  await cancel(user, orderId)
  await pause(script.thinkMs)
  await context.stripeOperator.closeDispute(orderId, script.refundShare < 0.5 ? 'lost' : 'won')
}

/** An operator compensates the checkout while the page is open; half of the shoppers pay at the same moment. */
const compensated: PlayEnding = async (user, orderId, script, context) => {
  const url = await waitForPageUrl(user, orderId)
  if (url === null) return
  const body = { reason: 'stuck' }
  const compensate = () =>
    context.admin.callWithRetry('POST', `/v1/admin/sagas/${orderId}/compensate`, { body, action: 'compensate', orderId })
  await Promise.all([
    script.refundShare < 0.5 ? null : payOnPage(user, orderId, url, script.card, context.journal),
    pause(script.thinkMs / 10).then(compensate),
  ])
}

const endingPlays: Readonly<Record<Ending, PlayEnding>> = {
  pay: async (user, orderId, script, context) => void (await pay(user, orderId, script, context)),
  'decline-then-pay': async (user, orderId, script, context) => void (await pay(user, orderId, script, context)),
  dispute: async (user, orderId, script, context) => void (await pay(user, orderId, script, context)),
  'walk-away': async (user, orderId) => void (await waitForPageUrl(user, orderId, 20)),
  'cancel-at-once': async (user, orderId) => void (await cancel(user, orderId)),
  'cancel-before-paying': async (user, orderId, script) => {
    await waitForPageUrl(user, orderId)
    await pause(script.thinkMs)
    await cancel(user, orderId)
  },
  'pay-while-cancelling': async (user, orderId, script, context) => {
    const url = await waitForPageUrl(user, orderId)
    if (url === null) return
    await Promise.all([
      payOnPage(user, orderId, url, script.card, context.journal),
      pause(script.thinkMs / 10).then(() => cancel(user, orderId)),
    ])
  },
  'cancel-after-paying': async (user, orderId, script, context) => {
    if (!(await pay(user, orderId, script, context))) return
    await pause(script.thinkMs)
    await cancel(user, orderId)
  },
  ship: afterPaying(async (_, orderId, __, context) => void (await ship(context, orderId))),
  'ship-and-deliver': afterPaying((_, orderId, __, context) => shipAndDeliver(context, orderId)),
  'ship-while-cancelling': afterPaying(
    async (user, orderId, __, context) => void (await Promise.all([ship(context, orderId), cancel(user, orderId)])),
  ),
  'admin-cancel': afterPaying(
    async (_, orderId, __, context) =>
      void (await operate(context, orderId, 'cancel', { reason: 'found damaged', restock: true }, 'admin cancel')),
  ),
  'admin-cancel-keeping-goods': afterPaying(
    async (_, orderId, __, context) =>
      void (await operate(context, orderId, 'cancel', { reason: 'found damaged', restock: false }, 'admin cancel')),
  ),
  'refund-part': afterPaying(refund),
  'refund-all': afterPaying(refund),
  'refund-refused': afterPaying(refundThatFails),
  'refund-twice': afterPaying(refundTwice),
  'cancel-disputed': afterPaying(cancelDisputed),
  'operator-compensates': compensated,
  'webhook-contradicts': async (user, orderId, script, context) => {
    if (!(await pay(user, orderId, script, context))) return
    await pause(script.thinkMs)
    await context.stripeOperator.sendContradiction(orderId)
    await context.stripeOperator.sendForgeries(orderId)
  },
  ...afterSalePlays,
}

/** Registers with the mailed code. @returns null when it takes too long; the shopper continues as a guest */
const register = async (context: ActorContext, script: Script): Promise<SimulatedUser | null> => {
  const email = `${script.actor}-${randomUUID().slice(0, 8)}@example.net`
  const password = `Chaos-${randomUUID()}`
  context.addLogSecret('a password', password)
  const guest = await createGuest(context.url, script.actor, context.journal)
  const asked = await guest.callWithRetry<{ registrationId: string }>('POST', '/v1/auth/register', {
    body: { email, password, name: 'Rita Regular' },
    token: null,
  })
  if (asked.kind !== 'answer' || asked.status !== 202) return null
  const { registrationId } = asked.body
  const tried = new Set<string>()
  const until = deadlineIn(30)
  while (performance.now() < until) {
    // A registration whose answer was lost mailed a code too; only one code belongs to the registration that was answered.
    const code = context.mails
      .to(email)
      .map((mail) => /\b\d{6}\b/.exec(mail.text)?.[0])
      .find((found) => found !== undefined && !tried.has(found))
    if (code !== undefined) {
      tried.add(code)
      const answer = await guest.callWithRetry<{ accessToken: string; refreshToken: string; principal: { id: string } }>(
        'POST',
        '/v1/auth/verify',
        { body: { registrationId, code }, token: null },
      )
      if (answer.kind !== 'answer') return null
      if (answer.status === 400) continue
      if (answer.status !== 200) return null
      const { accessToken, refreshToken, principal } = answer.body
      const call: SimulatedUser['call'] = (method, path, options = {}) =>
        guest.call(method, path, { token: accessToken, ...options })
      const callWithRetry: SimulatedUser['callWithRetry'] = (method, path, options = {}) =>
        guest.callWithRetry(method, path, { token: accessToken, ...options })
      return { ...guest, principalId: principal.id, token: accessToken, refreshToken, email, call, callWithRetry }
    }
    await pause(300)
  }
  return null
}

/** Plays one script. Failures on the way are recorded in the journal. */
export const playScript = async (script: Script, context: ActorContext): Promise<string | null> => {
  await pause(script.startsAtMs)
  const user =
    (script.registers ? await register(context, script) : null) ?? (await createGuest(context.url, script.actor, context.journal))
  context.addLogSecret('an access token', user.token)
  context.addLogSecret('a refresh token', user.refreshToken)
  context.addLogSecret('an e-mail address', user.email)
  await browse(user, script)
  await fillCart(user, script)
  await enterCodes(user, script)
  const orderId = await placeOrder(user, script)
  if (orderId === null) return null
  await pause(script.thinkMs)
  await endingPlays[script.ending](user, orderId, script, context)
  return orderId
}

export const addressSecrets = [{ what: 'a street', value: anAddress.line1 }]
