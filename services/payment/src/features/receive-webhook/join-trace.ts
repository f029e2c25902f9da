// Joins the trace of the event's payment, so that a checkout stays one trace while the shopper is on Stripe's page.
import { currentTrace, openSpan, runInSpan, type Trace } from '@cartwright/telemetry'
import type { PaymentDeps } from '../../deps.ts'
import { traceInMetadata, traceOfPayment } from '../../domain/payment-trace.ts'
import { subjectOf } from '../../domain/stripe-events/subject.ts'
import type { WebhookEvent } from './event.ts'
import { findStoredPayment } from './find-subject.ts'

/** Sessions, intents and charges carry the trace; of refunds and disputes the payment's row knows it. */
const findPaymentTrace = async ({ data }: WebhookEvent, { db }: PaymentDeps): Promise<Trace | null> => {
  const named = traceInMetadata(data?.object)
  if (named) return named
  const row = await findStoredPayment(subjectOf(data?.object), db)
  return row === null ? null : traceOfPayment(row)
}

/** Runs `work` in the trace of the payment, with a link to the trace of the request; in the latter when no payment is found. */
export const inPaymentTrace = async <T>(event: WebhookEvent, deps: PaymentDeps, work: () => Promise<T>): Promise<T> => {
  const trace = await findPaymentTrace(event, deps)
  if (trace === null) return work()
  const options = {
    name: `webhook ${event.type}`,
    kind: 'consumer',
    attributes: { 'messaging.message.id': event.id, 'messaging.operation.name': 'receive', 'messaging.system': 'stripe' },
    links: [currentTrace().traceparent],
  } as const
  return runInSpan(openSpan(deps.tracer, trace, options), work)
}
