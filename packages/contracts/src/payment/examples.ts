// Examples of the payment calls: the payment of one order with a partial refund, and a comparison with Stripe.
import { eur, exampleIds, exampleNumber, exampleTime } from '../examples.ts'
import type { Payment, PaymentSummary, Reconciliation, ReconciliationSummary } from './schemas.ts'

const summary: PaymentSummary = {
  paymentId: exampleIds.payment,
  orderId: exampleIds.order,
  number: exampleNumber,
  state: 'paid',
  amount: eur(4500),
  captured: eur(4500),
  attempt: 1,
  sessionId: 'cs_test_9ba13977634f433d9b5acdf9',
  paymentIntentId: 'pi_3c0a63ab5f484f6f9c2b7e51',
  expiresAt: exampleTime(58, 56),
  createdAt: exampleTime(58),
}
const payment: Payment = {
  ...summary,
  refunded: eur(1450),
  refunds: [
    {
      id: exampleIds.refund,
      amount: eur(1450),
      state: 'succeeded',
      origin: 'order',
      reason: 'One mug arrived broken',
      stripeRefundId: 're_4d1f8a6be07d4a1c8f3e9d20',
      createdAt: exampleTime(30, 57),
    },
  ],
  disputes: [],
}
const running: ReconciliationSummary = {
  id: 'rec_01m8mk6s4y0dn3q7v9t2w5x8za',
  cause: 'operator',
  state: 'running',
  compared: 0,
  repaired: 0,
  reported: 0,
  startedAt: exampleTime(0, 58),
  finishedAt: null,
}
const done: ReconciliationSummary = { ...running, state: 'done', compared: 214, repaired: 1, finishedAt: exampleTime(4, 58) }
const reconciliation: Reconciliation = {
  ...done,
  findings: [
    {
      kind: 'session',
      outcome: 'repaired',
      orderId: exampleIds.order,
      stripeId: 'cs_test_9ba13977634f433d9b5acdf9',
      ours: 'open',
      theirs: 'complete, paid',
    },
  ],
}

export const paymentExamples = {
  params: { orderId: exampleIds.order },
  summary,
  payment,
  running,
  done,
  reconciliation,
  reconciliationParams: { reconciliationId: running.id },
  webhook: {
    id: 'evt_1QdT3kGh5uXr2mYpLw8sNc4b',
    object: 'event',
    type: 'checkout.session.completed',
    created: 1795987559,
    data: { object: { id: 'cs_test_9ba13977634f433d9b5acdf9', object: 'checkout.session' } },
  },
}
