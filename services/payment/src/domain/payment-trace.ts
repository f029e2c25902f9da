// Trace of a payment: that of its checkout, kept in the payment's row and in Stripe's metadata, so that webhooks continue it.
import { parseTraceparent, type Trace } from '@cartwright/telemetry'
import { requestColumn } from '../db/json-columns.ts'
import type { PaymentRow } from '../db/payments.ts'
import { isPrintableAscii } from './printable-ascii.ts'

/** The parts of a trace that are stored. */
export const storedTrace = ({ traceparent, correlationId }: Trace) => ({ traceparent, correlationId })

/** Null for a payment whose order is erased, and for one of an older version. */
export const traceOfPayment = ({ request }: Pick<PaymentRow, 'request'>): Trace | null =>
  requestColumn.parse(request).trace ?? null

/** The trace in the metadata of one of Stripe's objects. Operators may edit metadata, so it is checked. */
export const traceInMetadata = (object: object | undefined): Trace | null => {
  const { metadata } = (object ?? {}) as { metadata?: Record<string, unknown> | null }
  const { traceparent, correlationId } = metadata ?? {}
  const isValid = typeof traceparent === 'string' && parseTraceparent(traceparent) !== null
  return isValid && isPrintableAscii(correlationId, 80) ? { traceparent, correlationId } : null
}
