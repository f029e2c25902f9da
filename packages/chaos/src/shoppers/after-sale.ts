// What follows a sale: goods that come back, contracts that are withdrawn from with a mailed code, and units that operators cancel.
import { randomUUID } from 'node:crypto'
import type { Order, Return, Withdrawal } from '@cartwright/contracts'
import { deadlineIn, pause } from '../wait.ts'
import type { Answer } from './client.ts'
import { type ActorContext, afterPaying, operate, type PlayEnding, readOrder, ship, shipAndDeliver } from './order-steps.ts'
import type { Script } from './script.ts'
import type { SimulatedUser } from './simulated-user.ts'

interface Listed<T> {
  items: T[]
}

const bodyOf = <T>(answer: Answer<T>, status: number): T | null =>
  answer.kind === 'answer' && answer.status === status ? answer.body : null

/** The customer wants to send one unit of the first line back. @returns null when the shop refuses it or does not answer */
export const requestReturn = async (user: SimulatedUser, { id: orderId, lines }: Order): Promise<Return | null> => {
  const body = { lines: lines.slice(0, 1).map(({ id }) => ({ lineId: id, quantity: 1, reason: 'damaged' })) }
  const path = `/v1/orders/${orderId}/returns`
  return bodyOf(
    await user.callWithRetry<Return>('POST', path, { key: randomUUID(), body, action: 'request return', orderId }),
    201,
  )
}

/** A step with a return by one or more operators at once: the goods still move once. */
export const stepReturn = (context: ActorContext, { id, orderId }: Return, step: string, body: object = {}, operators = 1) =>
  Promise.all(
    Array.from({ length: operators }, () =>
      context.admin.callWithRetry<Return>('POST', `/v1/admin/returns/${id}/${step}`, {
        key: randomUUID(),
        body,
        action: `${step} return`,
        orderId,
      }),
    ),
  )

/** The parcel arrives, and the goods are paid back. @param restock whether they can be sold again */
export const receiveAndRefund = async (context: ActorContext, back: Return, restock: boolean, operators = 1): Promise<void> => {
  const lines = back.lines.map(({ lineId, quantity }) => ({ lineId, quantity, restock }))
  await stepReturn(context, back, 'receive', { lines }, operators)
  await stepReturn(context, back, 'refund', {}, operators)
}

/** With `otherKey` two operators take each step at once. */
const operatorsIn = (script: Script): number => (script.otherKey ? 2 : 1)
/** Two thirds of the goods cannot be sold again. */
const treatmentIn = (script: Script): [restock: boolean, operators: number] => [script.refundShare < 0.5, operatorsIn(script)]

const returnPart: PlayEnding = async (user, orderId, script, context) => {
  if (script.thinkMs > 0) await shipAndDeliver(context, orderId)
  else await ship(context, orderId)
  const order = await readOrder(user, orderId)
  const back = order && (await requestReturn(user, order))
  if (!back) return
  await stepReturn(context, back, 'approve', {}, operatorsIn(script))
  await receiveAndRefund(context, back, ...treatmentIn(script))
}

const returnRejected: PlayEnding = async (user, orderId, _, context) => {
  await ship(context, orderId)
  const order = await readOrder(user, orderId)
  const back = order && (await requestReturn(user, order))
  if (back) await stepReturn(context, back, 'reject', { reason: 'It was used' })
}

/** Codes in the mails that ask to confirm a withdrawal. */
const withdrawalCodes = ({ mails }: ActorContext, email: string): string[] =>
  mails
    .to(email)
    .filter(({ subject }) => subject.includes('to withdraw from'))
    .flatMap(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? [])

/** Withdraws without signing in: with number and address of the order, and with the code that is mailed. */
export const withdraw = async (user: SimulatedUser, { id: orderId, number }: Order, context: ActorContext): Promise<void> => {
  const claim = { number, email: user.email }
  const post = (path: string, action: string, more: object = {}) =>
    user.callWithRetry('POST', path, { token: null, body: { ...claim, ...more }, action, orderId })
  await post('/v1/withdrawals', 'ask for a withdrawal code')
  const tried = new Set<string>()
  for (const until = deadlineIn(40); performance.now() < until; await pause(300)) {
    const code = withdrawalCodes(context, user.email).find((each) => !tried.has(each))
    if (code === undefined) continue
    tried.add(code)
    const answer = await post('/v1/withdrawals/confirm', 'withdraw', { code })
    // A request that was sent again after a lost answer may have mailed a newer code.
    if (answer.kind !== 'answer' || answer.code !== 'otp_invalid') return
  }
}

/** Operators take the goods of a withdrawn order back and close the withdrawal. */
const settleWithdrawal = async (orderId: string, script: Script, context: ActorContext): Promise<void> => {
  const list = async <T>(what: string): Promise<T[]> =>
    bodyOf(await context.admin.callWithRetry<Listed<T>>('GET', `/v1/admin/${what}?orderId=${orderId}`, { quiet: true }), 200)
      ?.items ?? []
  const [withdrawal] = await list<Withdrawal>('withdrawals')
  if (withdrawal === undefined) return
  for (const until = deadlineIn(15); performance.now() < until; await pause(500)) {
    const approved = (await list<Return>('returns')).filter(({ state }) => state === 'approved')
    for (const back of approved) await receiveAndRefund(context, back, ...treatmentIn(script))
    if (approved.length > 0) break
  }
  const path = `/v1/admin/withdrawals/${withdrawal.id}/handle`
  await context.admin.callWithRetry('POST', path, { key: randomUUID(), body: {}, action: 'handle withdrawal', orderId })
}

const withdrawBeforeShipping: PlayEnding = async (user, orderId, _, context) => {
  const order = await readOrder(user, orderId)
  if (order) await withdraw(user, order, context)
}

const withdrawDelivered: PlayEnding = async (user, orderId, script, context) => {
  await shipAndDeliver(context, orderId)
  await withdrawBeforeShipping(user, orderId, script, context)
  await settleWithdrawal(orderId, script, context)
}

/** The order is shipped while its customer withdraws: it is cancelled, or its goods come back. */
const withdrawWhileShipping: PlayEnding = async (user, orderId, script, context) => {
  await Promise.all([
    withdrawBeforeShipping(user, orderId, script, context),
    pause(script.thinkMs).then(() => ship(context, orderId)),
  ])
  await settleWithdrawal(orderId, script, context)
}

/** A return is requested while the customer withdraws: each unit comes back at most once. */
const returnWhileWithdrawing: PlayEnding = async (user, orderId, script, context) => {
  await ship(context, orderId)
  const order = await readOrder(user, orderId)
  if (order === null) return
  const [back] = await Promise.all([requestReturn(user, order), withdraw(user, order, context)])
  if (back) await stepReturn(context, back, 'approve', {}, operatorsIn(script))
  await settleWithdrawal(orderId, script, context)
}

export const cancelUnits = (context: ActorContext, { id, lines }: Order, restock: boolean) =>
  operate(
    context,
    id,
    'cancel',
    { reason: 'one is broken', restock, lines: lines.slice(0, 1).map((line) => ({ lineId: line.id, quantity: 1 })) },
    'cancel units',
  )

/** An operator cancels a unit, and the rest is shipped; of an order of one unit nothing is left. */
const cancelPart: PlayEnding = async (user, orderId, script, context) => {
  const order = await readOrder(user, orderId)
  if (order === null) return
  const answer = await cancelUnits(context, order, script.refundShare < 0.9)
  if (bodyOf(answer, 200) !== null && script.thinkMs > 0) await ship(context, orderId)
}

/** Operators cancel a unit and ship everything at the same moment. */
const cancelPartWhileShipping: PlayEnding = async (user, orderId, script, context) => {
  const order = await readOrder(user, orderId)
  if (order === null) return
  await Promise.all([cancelUnits(context, order, true), pause(script.thinkMs / 10).then(() => ship(context, orderId))])
}

export const afterSalePlays = {
  'return-part': afterPaying(returnPart),
  'return-rejected': afterPaying(returnRejected),
  'withdraw-before-shipping': afterPaying(withdrawBeforeShipping),
  'withdraw-delivered': afterPaying(withdrawDelivered),
  'withdraw-while-shipping': afterPaying(withdrawWhileShipping),
  'return-while-withdrawing': afterPaying(returnWhileWithdrawing),
  'cancel-part': afterPaying(cancelPart),
  'cancel-part-while-shipping': afterPaying(cancelPartWhileShipping),
} satisfies Record<string, PlayEnding>
