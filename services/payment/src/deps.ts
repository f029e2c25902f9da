// Dependencies of payment's handlers: the Stripe client and the metrics.
import { type BaseDeps, forService } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { createStripeClient, type StripeClient } from './integrations/stripe-client.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface PaymentResources extends OpenedMetrics<typeof ownMetrics> {
  stripe: StripeClient
}
export type PaymentDeps = BaseDeps<typeof config> & PaymentResources

export const { route, on, job, scheduled, invariant } = forService<PaymentDeps>()

/** Opens the resources that payment needs beyond those of service-kit. */
export const openDeps = async ({ config: own, metrics }: BaseDeps<typeof config>): Promise<PaymentResources> => ({
  stripe: createStripeClient(own.stripeKey, own.stripeBase, own.stripeTimeoutMs),
  ...metrics.open(ownMetrics),
})
