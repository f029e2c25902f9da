// Crash cases: every service at every crash point that it has, around the commits of handlers, requests, jobs and
// scheduled tasks, around the relay's mark and around effects outside the database.
import type { ServiceName } from '@cartwright/contracts'
import type { ScriptedPurchase } from './scripted-purchases.ts'

export interface CrashCase {
  service: ServiceName
  /** `<point>` or `<point>:<event type, job kind, operation or task>`. */
  at: string
  purchase: ScriptedPurchase
  /** Arms the crash point right before the critical step of the purchase, when no document of an earlier one is due. */
  atStep?: true
}

const crashesAt =
  (...points: readonly string[]) =>
  (service: ServiceName, about: string, purchase: ScriptedPurchase = 'buy'): CrashCase[] =>
    points.map((point) => ({ service, at: `${point}:${about}`, purchase }))

const handlerCrashes = crashesAt('before-handler-commit', 'after-handler-commit', 'after-commit-before-offset')
const requestCrashes = crashesAt('before-request-commit', 'after-request-commit')
const resultCrashes = crashesAt('after-effect-before-apply', 'before-job-commit', 'after-job-commit')
/** Jobs with an effect outside the shop's databases. */
const jobCrashes = crashesAt('before-effect', 'after-effect-before-apply', 'before-job-commit', 'after-job-commit')
const gatewayCrashes = crashesAt('before-forward', 'before-answer')
/** A task that runs every few seconds: armed earlier, it would crash for an earlier purchase. */
const taskCrashes = (service: ServiceName, about: string, purchase: ScriptedPurchase): CrashCase[] =>
  crashesAt('before-task-commit', 'after-task-commit')(service, about, purchase).map((each) => ({ ...each, atStep: true }))
const relayCrashes = (service: ServiceName, purchase: ScriptedPurchase = 'buy'): CrashCase[] =>
  ['before-send', 'after-ack-before-mark'].map((at) => ({ service, at, purchase }))

/** Crashes from the start of a purchase until its goods are shipped or it is cancelled. */
const purchaseCrashCases: readonly CrashCase[] = [
  ...handlerCrashes('catalog', 'order.stock-requested'),
  ...handlerCrashes('catalog', 'order.stock-commit-requested'),
  ...handlerCrashes('catalog', 'order.stock-return-requested', 'buy-and-cancel'),
  ...requestCrashes('catalog', 'adjustStock', 'restock'),
  ...jobCrashes('catalog', 'index-products'),
  ...relayCrashes('catalog'),
  ...handlerCrashes('order', 'catalog.stock-reserved'),
  ...handlerCrashes('order', 'payment.session-opened'),
  ...handlerCrashes('order', 'payment.succeeded'),
  ...handlerCrashes('order', 'catalog.stock-committed'),
  ...handlerCrashes('order', 'payment.refund-succeeded', 'buy-and-cancel'),
  // Gives the uses of promotions back, which every order of a run holds.
  ...handlerCrashes('order', 'payment.expired', 'leave'),
  ...requestCrashes('order', 'checkout'),
  ...requestCrashes('order', 'cancelOrder', 'buy-and-cancel'),
  ...requestCrashes('order', 'shipOrder', 'buy-and-ship'),
  ...resultCrashes('order', 'send-lookup-code', 'buy-and-look-up'),
  ...relayCrashes('order'),
  ...handlerCrashes('payment', 'order.payment-requested'),
  ...handlerCrashes('payment', 'order.refund-requested', 'buy-and-cancel'),
  ...requestCrashes('payment', 'stripeWebhook'),
  ...jobCrashes('payment', 'open-session'),
  ...resultCrashes('payment', 'process-stripe-event'),
  ...jobCrashes('payment', 'refund', 'buy-and-cancel'),
  ...jobCrashes('payment', 'close-session', 'leave'),
  ...relayCrashes('payment'),
  ...handlerCrashes('cart', 'order.placed'),
  ...requestCrashes('cart', 'addCartLine'),
  ...handlerCrashes('notification', 'order.confirmed'),
  ...requestCrashes('notification', 'adminResendMessage', 'buy-and-resend'),
  ...jobCrashes('notification', 'deliver-mail'),
  ...requestCrashes('identity', 'createGuest', 'register'),
  ...requestCrashes('identity', 'register', 'register'),
  ...requestCrashes('identity', 'verifyEmail', 'register'),
  ...relayCrashes('identity', 'register'),
  ...gatewayCrashes('gateway', 'addCartLine'),
  ...gatewayCrashes('gateway', 'checkout'),
  ...gatewayCrashes('gateway', 'stripeWebhook'),
  ...gatewayCrashes('gateway', 'cancelOrder', 'buy-and-cancel'),
]

/** Crashes in what follows a sale, by what it is about. */
export const afterSaleCrashCases: Readonly<Record<'returns' | 'withdrawals' | 'invoices', readonly CrashCase[]>> = {
  /** Goods that come back, and units that are cancelled. */
  returns: [
    ...handlerCrashes('catalog', 'order.return-received', 'buy-and-return'),
    ...requestCrashes('order', 'adminCancelOrder', 'buy-and-cancel-unit'),
    ...requestCrashes('order', 'requestReturn', 'buy-and-return'),
    ...requestCrashes('order', 'approveReturn', 'buy-and-return'),
    ...requestCrashes('order', 'receiveReturn', 'buy-and-return'),
    ...requestCrashes('order', 'refundReturn', 'buy-and-return'),
    ...handlerCrashes('order', 'payment.refund-succeeded', 'buy-and-return'),
  ],
  withdrawals: [
    ...resultCrashes('order', 'send-withdrawal-code', 'buy-and-withdraw'),
    ...requestCrashes('order', 'confirmWithdrawal', 'buy-and-withdraw'),
    ...resultCrashes('order', 'cancel-withdrawn-order', 'buy-and-withdraw'),
    ...resultCrashes('order', 'return-withdrawn-goods', 'ship-and-withdraw'),
    ...handlerCrashes('notification', 'order.withdrawn', 'ship-and-withdraw'),
  ],
  /** Invoices and credit notes. */
  invoices: [
    ...taskCrashes('order', 'order-invoices', 'buy'),
    ...taskCrashes('order', 'order-invoices', 'buy-and-cancel'),
    ...taskCrashes('order', 'order-invoices', 'buy-and-return'),
  ],
}

/** Every service at every crash point that it has. */
export const crashCases: readonly CrashCase[] = [...purchaseCrashCases, ...Object.values(afterSaleCrashCases).flat()]

/** The crash cases of some services, without those in what follows a sale. */
export const crashCasesOf = (...names: readonly ServiceName[]): CrashCase[] =>
  purchaseCrashCases.filter(({ service }) => names.includes(service))
