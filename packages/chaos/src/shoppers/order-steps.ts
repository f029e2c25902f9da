// Steps with one order that the endings of scripts share: reading it, waiting for it, and what operators do with it.
import { randomUUID } from 'node:crypto'
import type { Order } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import type { StripeOperator } from '../collected-state/stripe-operator.ts'
import type { Journal } from '../journal.ts'
import type { MailLog } from '../shop-under-test/mail-log.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { Script } from './script.ts'
import { payOnPage, type SimulatedUser, waitForPageUrl } from './simulated-user.ts'

export interface ActorContext {
  url: string
  journal: Journal
  admin: SimulatedUser
  mails: MailLog
  stripeOperator: StripeOperator
  /** Adds a secret that no log may hold. */
  addLogSecret(what: string, value: string): void
}

/** Plays what becomes of an order that was placed. */
export type PlayEnding = (user: SimulatedUser, orderId: string, script: Script, context: ActorContext) => Promise<void>

export const readOrder = async (user: SimulatedUser, orderId: string): Promise<Order | null> => {
  const answer = await user.callWithRetry<Order>('GET', `/v1/orders/${orderId}`, { quiet: true, seconds: 20 })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

/** Waits until the order has left `pending`, or until the time is up. */
export const waitUntilDecided = async (user: SimulatedUser, orderId: string, seconds = 40): Promise<string> => {
  const until = deadlineIn(seconds)
  for (;;) {
    const status = (await readOrder(user, orderId))?.status ?? 'unknown'
    if ((status !== 'pending' && status !== 'unknown') || performance.now() > until) return status
    await pause(300)
  }
}

export const cancel = (user: SimulatedUser, orderId: string) =>
  user.callWithRetry('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })

/** Pays on the hosted page; a free order needs none. @returns whether the order is paid */
export const pay = async (user: SimulatedUser, orderId: string, script: Script, context: ActorContext): Promise<boolean> => {
  const url = await waitForPageUrl(user, orderId)
  if (url === null) return (await readOrder(user, orderId))?.paymentStatus === 'not_required'
  await pause(script.thinkMs)
  if (script.ending === 'decline-then-pay') await payOnPage(user, orderId, url, cards.declines, context.journal)
  return payOnPage(user, orderId, url, script.card, context.journal)
}

export const operate = (context: ActorContext, orderId: string, action: string, body: object, name: string) =>
  context.admin.callWithRetry('POST', `/v1/admin/orders/${orderId}/${action}`, { key: randomUUID(), body, action: name, orderId })

export const ship = (context: ActorContext, orderId: string) =>
  operate(context, orderId, 'ship', { carrier: 'DHL', trackingNumber: 'TRACK-1' }, 'ship')

export const shipAndDeliver = async (context: ActorContext, orderId: string): Promise<void> => {
  const answer = await ship(context, orderId)
  if (answer.kind === 'answer' && answer.status === 200) await operate(context, orderId, 'deliver', {}, 'deliver')
}

/** Pays, waits until the order is in processing, and continues. */
export const afterPaying =
  (then: PlayEnding): PlayEnding =>
  async (user, orderId, script, context) => {
    if (!(await pay(user, orderId, script, context))) return
    if ((await waitUntilDecided(user, orderId)) === 'processing') await then(user, orderId, script, context)
  }
