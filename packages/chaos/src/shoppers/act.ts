// Plays a script: a shopper who browses, fills a cart, checks out and ends as intended, and the operator who deals with the order.
import { randomUUID } from 'node:crypto'
import type { Cart, Order } from '@cartwright/contracts'
import { anAddress, cards } from '@cartwright/shop/test-shop'
import type { Bank } from '../evidence/bank.ts'
import type { Journal } from '../journal.ts'
import type { MailLog } from '../world/mail-log.ts'
import { aGuest, askCheckout, inSeconds, orderIn, type Person, pause, payOn, payUrl, readCart } from './person.ts'
import type { Ending, Script } from './script.ts'

export interface Stage {
  url: string
  journal: Journal
  admin: Person
  mails: MailLog
  bank: Bank
  /** Secrets that shoppers meet, for the search through the logs. */
  learn(what: string, value: string): void
}

const seesOrder = async (who: Person, orderId: string): Promise<Order | null> => {
  const answer = await who.insist<Order>('GET', `/v1/orders/${orderId}`, { quiet: true, seconds: 20 })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

/** Waits until the order has left `pending`, or until patience ends. */
const untilDecided = async (who: Person, orderId: string, seconds = 40): Promise<string> => {
  const until = inSeconds(seconds)
  for (;;) {
    const status = (await seesOrder(who, orderId))?.status ?? 'unknown'
    if ((status !== 'pending' && status !== 'unknown') || performance.now() > until) return status
    await pause(300)
  }
}

const browse = async (who: Person, script: Script): Promise<void> => {
  const paths = ['/v1/products?limit=20', '/v1/search?q=thing', `/v1/search?q=${script.lines[0]?.sku ?? ''}`]
  for (const path of paths.slice(0, script.browses)) await who.call('GET', path, { quiet: true })
}

const fillCart = async (who: Person, script: Script): Promise<void> => {
  for (const { sku, quantity } of script.lines)
    await who.insist('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
}

/** Takes what there still is of what ran out. */
const doWithout = async (who: Person, cart: Cart, shortages: readonly { sku: string; available: number }[]): Promise<void> => {
  for (const { sku, available } of shortages) {
    const line = cart.lines.find((each) => each.sku === sku)
    if (line === undefined) continue
    const path = `/v1/cart/lines/${line.id}`
    if (available > 0) await who.insist('PATCH', path, { body: { quantity: available }, action: `take ${available} of ${sku}` })
    else await who.insist('DELETE', path, { action: `leave out ${sku}` })
  }
}

/** Orders the cart, as often and with as many keys as the script says. @returns the order that came of it */
const order = async (who: Person, script: Script): Promise<string | null> => {
  for (let tries = 0; tries < 4; tries++) {
    const cart = await readCart(who)
    if (cart === null || cart.lines.length === 0) return null
    const key = randomUUID()
    const keys = [...Array.from({ length: script.copies }, () => key), ...(script.otherKey ? [randomUUID()] : [])]
    const answers = await Promise.all(keys.map((each) => askCheckout(who, cart, each)))
    const found = answers.map(orderIn).find((id) => id !== null)
    if (found) return found
    const [short] = answers.flatMap((answer) => (answer.kind === 'answer' ? [answer.body.shortages ?? []] : []))
    await doWithout(who, cart, short ?? [])
    await pause(200)
  }
  return null
}

const cancel = (who: Person, orderId: string) =>
  who.insist('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })

const pay = async (who: Person, orderId: string, script: Script, stage: Stage): Promise<boolean> => {
  const url = await payUrl(who, orderId)
  if (url === null) return false
  await pause(script.thinkMs)
  if (script.ending === 'decline-then-pay') await payOn(who, orderId, url, cards.declines, stage.journal)
  return payOn(who, orderId, url, script.card, stage.journal)
}

const operate = (stage: Stage, orderId: string, action: string, body: object, name: string) =>
  stage.admin.insist('POST', `/v1/admin/orders/${orderId}/${action}`, { key: randomUUID(), body, action: name, orderId })

const ship = (stage: Stage, orderId: string) =>
  operate(stage, orderId, 'ship', { carrier: 'DHL', trackingNumber: 'TRACK-1' }, 'ship')

type Play = (who: Person, orderId: string, script: Script, stage: Stage) => Promise<void>

/** Pays, waits until the order is in processing, and then does something with it. */
const afterPaying =
  (then: Play): Play =>
  async (who, orderId, script, stage) => {
    if (!(await pay(who, orderId, script, stage))) return
    if ((await untilDecided(who, orderId)) === 'processing') await then(who, orderId, script, stage)
  }

const refund: Play = async (who, orderId, script, stage) => {
  const seen = await seesOrder(who, orderId)
  if (seen === null) return
  const amountMinor = Math.max(1, Math.floor(seen.total.amountMinor * script.refundShare))
  await operate(
    stage,
    orderId,
    'refunds',
    script.ending === 'refund-all'
      ? { reason: 'goodwill' }
      : { amount: { amountMinor, currency: seen.total.currency }, reason: 'goodwill' },
    'refund',
  )
}

/** The bank refuses after all. Half of the operators give the money back another time, the others leave it for the harness to see. */
const refusedRefund: Play = async (who, orderId, script, stage) => {
  await operate(stage, orderId, 'refunds', { reason: 'goodwill' }, 'refund')
  if (!(await stage.bank.refuseRefund(orderId)) || script.refundShare < 0.5) return
  for (const until = inSeconds(40); performance.now() < until; await pause(300)) {
    if ((await seesOrder(who, orderId))?.refundStatus !== 'failed') continue
    await operate(stage, orderId, 'refunds', { reason: 'once more' }, 'refund')
    return
  }
}

/** Somebody gives a part back at Stripe in the moment in which the order is cancelled: the rest must follow. */
const refundTwice: Play = async (who, orderId, script, stage) => {
  const seen = await seesOrder(who, orderId)
  if (seen === null) return
  await Promise.all([
    stage.bank.giveBack(orderId, Math.max(1, Math.floor(seen.total.amountMinor * script.refundShare))),
    cancel(who, orderId),
  ])
}

/** The bank has the money when the order is cancelled; when it decides for the shop, it goes back then. */
const cancelDisputed: Play = async (who, orderId, script, stage) => {
  await cancel(who, orderId)
  await pause(script.thinkMs)
  await stage.bank.decideDispute(orderId, script.refundShare < 0.5 ? 'lost' : 'won')
}

/** An operator gives the checkout up while the page is open; half of the shoppers pay in the same moment. */
const compensated: Play = async (who, orderId, script, stage) => {
  const url = await payUrl(who, orderId)
  if (url === null) return
  const body = { reason: 'stuck' }
  const compensate = () =>
    stage.admin.insist('POST', `/v1/admin/sagas/${orderId}/compensate`, { body, action: 'compensate', orderId })
  await Promise.all([
    script.refundShare < 0.5 ? null : payOn(who, orderId, url, script.card, stage.journal),
    pause(script.thinkMs / 10).then(compensate),
  ])
}

const plays: Readonly<Record<Ending, Play>> = {
  pay: async (who, orderId, script, stage) => void (await pay(who, orderId, script, stage)),
  'decline-then-pay': async (who, orderId, script, stage) => void (await pay(who, orderId, script, stage)),
  dispute: async (who, orderId, script, stage) => void (await pay(who, orderId, script, stage)),
  'walk-away': async (who, orderId) => void (await payUrl(who, orderId, 20)),
  'cancel-at-once': async (who, orderId) => void (await cancel(who, orderId)),
  'cancel-before-paying': async (who, orderId, script) => {
    await payUrl(who, orderId)
    await pause(script.thinkMs)
    await cancel(who, orderId)
  },
  'pay-while-cancelling': async (who, orderId, script, stage) => {
    const url = await payUrl(who, orderId)
    if (url === null) return
    await Promise.all([
      payOn(who, orderId, url, script.card, stage.journal),
      pause(script.thinkMs / 10).then(() => cancel(who, orderId)),
    ])
  },
  'cancel-after-paying': async (who, orderId, script, stage) => {
    if (!(await pay(who, orderId, script, stage))) return
    await pause(script.thinkMs)
    await cancel(who, orderId)
  },
  ship: afterPaying(async (_, orderId, __, stage) => void (await ship(stage, orderId))),
  'ship-and-deliver': afterPaying(async (_, orderId, __, stage) => {
    const answer = await ship(stage, orderId)
    if (answer.kind === 'answer' && answer.status === 200) await operate(stage, orderId, 'deliver', {}, 'deliver')
  }),
  'ship-while-cancelling': afterPaying(
    async (who, orderId, __, stage) => void (await Promise.all([ship(stage, orderId), cancel(who, orderId)])),
  ),
  'admin-cancel': afterPaying(
    async (_, orderId, __, stage) =>
      void (await operate(stage, orderId, 'cancel', { reason: 'found damaged', restock: true }, 'admin cancel')),
  ),
  'admin-cancel-keeping-goods': afterPaying(
    async (_, orderId, __, stage) =>
      void (await operate(stage, orderId, 'cancel', { reason: 'found damaged', restock: false }, 'admin cancel')),
  ),
  'refund-part': afterPaying(refund),
  'refund-all': afterPaying(refund),
  'refund-refused': afterPaying(refusedRefund),
  'refund-twice': afterPaying(refundTwice),
  'cancel-disputed': afterPaying(cancelDisputed),
  'operator-compensates': compensated,
  'webhook-contradicts': async (who, orderId, script, stage) => {
    if (!(await pay(who, orderId, script, stage))) return
    await pause(script.thinkMs)
    await stage.bank.contradict(orderId)
    await stage.bank.forge(orderId)
  },
}

/** Registers with the mailed code. @returns null when it takes too long: then they come as a guest */
const register = async (stage: Stage, script: Script): Promise<Person | null> => {
  const email = `${script.actor}-${randomUUID().slice(0, 8)}@example.net`
  const password = `Chaos-${randomUUID()}`
  stage.learn('a password', password)
  const guest = await aGuest(stage.url, script.actor, stage.journal)
  const asked = await guest.insist<{ registrationId: string }>('POST', '/v1/auth/register', {
    body: { email, password, name: 'Rita Regular' },
    token: null,
  })
  if (asked.kind !== 'answer' || asked.status !== 202) return null
  const { registrationId } = asked.body
  const tried = new Set<string>()
  const until = inSeconds(30)
  while (performance.now() < until) {
    // A registration whose answer was lost was mailed a code as well; only one of them belongs to the one that was answered.
    const code = stage.mails
      .to(email)
      .map((mail) => /\b\d{6}\b/.exec(mail.text)?.[0])
      .find((found) => found !== undefined && !tried.has(found))
    if (code !== undefined) {
      tried.add(code)
      const answer = await guest.insist<{ accessToken: string; refreshToken: string; principal: { id: string } }>(
        'POST',
        '/v1/auth/verify',
        { body: { registrationId, code }, token: null },
      )
      if (answer.kind !== 'answer') return null
      if (answer.status === 400) continue
      if (answer.status !== 200) return null
      const { accessToken, refreshToken, principal } = answer.body
      const call: Person['call'] = (method, path, options = {}) => guest.call(method, path, { token: accessToken, ...options })
      const insist: Person['insist'] = (method, path, options = {}) =>
        guest.insist(method, path, { token: accessToken, ...options })
      return { ...guest, principalId: principal.id, token: accessToken, refreshToken, email, call, insist }
    }
    await pause(300)
  }
  return null
}

/** Plays one script from beginning to end. Whatever goes wrong on the way stands in the journal. */
export const playScript = async (script: Script, stage: Stage): Promise<string | null> => {
  await pause(script.startsAtMs)
  const who = (script.registers ? await register(stage, script) : null) ?? (await aGuest(stage.url, script.actor, stage.journal))
  stage.learn('an access token', who.token)
  stage.learn('a refresh token', who.refreshToken)
  stage.learn('an e-mail address', who.email)
  await browse(who, script)
  await fillCart(who, script)
  const orderId = await order(who, script)
  if (orderId === null) return null
  await pause(script.thinkMs)
  await plays[script.ending](who, orderId, script, stage)
  return orderId
}

export const addressSecrets = [{ what: 'a street', value: anAddress.line1 }]
