// Declared traces: the spans of each kind of work, service by service. The documents list them, and a test must see every one.
import { schemaOwners } from '@cartwright/contracts'
import {
  asksStripe,
  callsOut,
  type DeclaredSpan,
  hears,
  processes,
  reads,
  runs,
  sends,
  serves,
  steps,
  transacts,
} from './declared-span.ts'

interface DeclaredTrace {
  /** What the work is, from where to where. */
  about: string
  spans: readonly DeclaredSpan[]
}

const mails = (event: string): DeclaredSpan[] => [
  processes('notification', event),
  transacts('notification'),
  runs('notification', 'deliver-mail'),
  callsOut('notification', 'send mail'),
]
const asks = (service: 'identity' | 'order', route: string): DeclaredSpan[] => [serves('gateway', route), serves(service, route)]

const placing: readonly DeclaredSpan[] = [
  serves('gateway', 'POST /v1/checkout'),
  serves('order', 'POST /v1/checkout'),
  reads('order', 'GET /internal/carts/open'),
  serves('cart', 'GET /internal/carts/open'),
  reads('order', 'GET /internal/variants'),
  serves('catalog', 'GET /internal/variants'),
  steps('started'),
  sends('order', 'order.placed'),
  processes('cart', 'order.placed'),
  sends('order', 'order.stock-requested'),
  processes('catalog', 'order.stock-requested'),
  sends('catalog', 'catalog.stock-reserved'),
  processes('order', 'catalog.stock-reserved'),
  steps('stockReserved'),
]

const paying: readonly DeclaredSpan[] = [
  sends('order', 'order.payment-requested'),
  processes('payment', 'order.payment-requested'),
  runs('payment', 'open-session'),
  asksStripe('POST /v1/checkout/sessions'),
  sends('payment', 'payment.session-opened'),
  processes('order', 'payment.session-opened'),
  steps('sessionOpened'),
  hears('checkout.session.completed'),
  runs('payment', 'process-stripe-event'),
  asksStripe('GET /v1/checkout/sessions/{id}'),
  sends('payment', 'payment.succeeded'),
  processes('order', 'payment.succeeded'),
  steps('paymentSucceeded'),
]

const confirming: readonly DeclaredSpan[] = [
  sends('order', 'order.stock-commit-requested'),
  processes('catalog', 'order.stock-commit-requested'),
  sends('catalog', 'catalog.stock-committed'),
  processes('order', 'catalog.stock-committed'),
  steps('stockCommitted'),
  sends('order', 'order.confirmed'),
  ...mails('order.confirmed'),
]

const refunding: readonly DeclaredSpan[] = [
  ...asks('order', 'POST /v1/admin/orders/:orderId/refunds'),
  transacts('order'),
  sends('order', 'order.refund-requested'),
  processes('payment', 'order.refund-requested'),
  transacts('payment'),
  runs('payment', 'refund'),
  asksStripe('POST /v1/refunds'),
  sends('payment', 'payment.refund-succeeded'),
  processes('order', 'payment.refund-succeeded'),
  ...mails('payment.refund-succeeded'),
]

const disputing: readonly DeclaredSpan[] = [
  hears('charge.dispute.created'),
  runs('payment', 'process-stripe-event'),
  asksStripe('GET /v1/disputes'),
  sends('payment', 'payment.dispute-opened'),
  processes('order', 'payment.dispute-opened'),
  ...mails('payment.dispute-opened'),
]

/** Each kind of work is one trace, whatever the transport. */
export const declaredTraces = {
  checkout: {
    about: 'A guest’s checkout, from the request until the mail is sent',
    spans: [
      // A guest has no account, so identity takes no part.
      ...schemaOwners.filter((name) => name !== 'identity').map(transacts),
      ...placing,
      ...paying,
      ...confirming,
    ],
  },
  customerCheckout: {
    about: 'A customer’s checkout, beside those of a guest’s',
    spans: [reads('order', 'GET /internal/users/:userId'), serves('identity', 'GET /internal/users/:userId')],
  },
  registration: {
    about: 'A registration, until its code is mailed',
    spans: [
      ...asks('identity', 'POST /v1/auth/register'),
      transacts('identity'),
      sends('identity', 'identity.code-requested'),
      ...mails('identity.code-requested'),
    ],
  },
  confirmation: {
    about: 'The confirmation of a registration, until the welcome is mailed',
    spans: [
      ...asks('identity', 'POST /v1/auth/verify'),
      transacts('identity'),
      sends('identity', 'identity.customer-verified'),
      ...mails('identity.customer-verified'),
    ],
  },
  signIn: { about: 'A sign-in', spans: [...asks('identity', 'POST /v1/auth/login'), transacts('identity')] },
  refund: { about: 'A refund by an operator, until the mail is sent', spans: refunding },
  dispute: { about: 'A dispute, in the trace of its order’s checkout', spans: disputing },
} as const satisfies Record<string, DeclaredTrace>
