// Every service at every kind of place that it has: around handlers' and requests' commits, around the relay's mark, around a job's effect
// and around the commit of its result.
import type { ServiceName } from '@cartwright/service-kit'
import type { Story } from './purchase-stories.ts'

export interface Death {
  service: ServiceName
  /** `<point>` or `<point>:<event type, job kind or operation>`. */
  at: string
  story: Story
}

const each =
  (...points: readonly string[]) =>
  (service: ServiceName, about: string, story: Story = 'buy'): Death[] =>
    points.map((point) => ({ service, at: `${point}:${about}`, story }))

const handling = each('before-handler-commit', 'after-handler-commit', 'after-commit-before-offset')
const answering = each('before-request-commit', 'after-request-commit')
const applying = each('after-effect-before-apply', 'before-job-commit', 'after-job-commit')
/** Jobs that change something outside. */
const working = each('before-effect', 'after-effect-before-apply', 'before-job-commit', 'after-job-commit')
const passing = each('before-forward', 'before-answer')
const relaying = (service: ServiceName, story: Story = 'buy'): Death[] =>
  ['before-send', 'after-ack-before-mark'].map((at) => ({ service, at, story }))

/** Every service at every place that it has. */
export const deaths: readonly Death[] = [
  ...handling('catalog', 'order.stock-requested'),
  ...handling('catalog', 'order.stock-commit-requested'),
  ...handling('catalog', 'order.stock-return-requested', 'buy-and-cancel'),
  ...answering('catalog', 'adjustStock', 'restock'),
  ...working('catalog', 'index-products'),
  ...relaying('catalog'),
  ...handling('order', 'catalog.stock-reserved'),
  ...handling('order', 'payment.session-opened'),
  ...handling('order', 'payment.succeeded'),
  ...handling('order', 'catalog.stock-committed'),
  ...handling('order', 'payment.refund-succeeded', 'buy-and-cancel'),
  ...answering('order', 'checkout'),
  ...answering('order', 'cancelOrder', 'buy-and-cancel'),
  ...answering('order', 'shipOrder', 'buy-and-ship'),
  ...applying('order', 'send-lookup-code', 'buy-and-look-up'),
  ...relaying('order'),
  ...handling('payment', 'order.payment-requested'),
  ...handling('payment', 'order.refund-requested', 'buy-and-cancel'),
  ...answering('payment', 'stripeWebhook'),
  ...working('payment', 'open-session'),
  ...applying('payment', 'process-stripe-event'),
  ...working('payment', 'refund', 'buy-and-cancel'),
  ...working('payment', 'close-session', 'leave'),
  ...relaying('payment'),
  ...handling('cart', 'order.placed'),
  ...answering('cart', 'addCartLine'),
  ...handling('notification', 'order.confirmed'),
  ...answering('notification', 'adminResendMessage', 'buy-and-resend'),
  ...working('notification', 'deliver-mail'),
  ...answering('identity', 'createGuest', 'register'),
  ...answering('identity', 'register', 'register'),
  ...answering('identity', 'verifyEmail', 'register'),
  ...relaying('identity', 'register'),
  ...passing('gateway', 'addCartLine'),
  ...passing('gateway', 'checkout'),
  ...passing('gateway', 'stripeWebhook'),
  ...passing('gateway', 'cancelOrder', 'buy-and-cancel'),
]

/** The deaths of some services. */
export const deathsOf = (...names: readonly ServiceName[]): Death[] => deaths.filter(({ service }) => names.includes(service))
