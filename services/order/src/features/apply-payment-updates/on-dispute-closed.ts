// Consumer of `payment.dispute-closed`: records the outcome and updates the payment status.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { recordDispute } from './record-dispute.ts'

export const onDisputeClosed = on(paymentEvents.disputeClosed, recordDispute)
