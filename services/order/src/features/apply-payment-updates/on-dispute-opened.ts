// Consumer of `payment.dispute-opened`: marks the order as disputed until the outcome is known.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { recordDispute } from './record-dispute.ts'

export const onDisputeOpened = on(paymentEvents.disputeOpened, recordDispute)
