// Metrics of notification.
import { counter, gauge } from '@cartwright/telemetry'
import { templates } from './domain/templates/catalogue.ts'

export const metrics = {
  mails: counter('cartwright_mails_total', 'Mails by template and result; a mail that is tried again counts as retried', {
    template: Object.keys(templates),
    result: ['sent', 'failed', 'expired', 'undeliverable', 'retried'],
  }),
  undeliverable: gauge('cartwright_undeliverable_addresses', 'Addresses that are marked as undeliverable'),
  paymentFailures: counter('cartwright_payment_failures_total', 'Declined payment attempts and failed payments', {
    kind: ['declined', 'failed'],
  }),
}
