// What payment's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { Counter } from 'prom-client'
import type Stripe from 'stripe'
import type { config } from './config.ts'

export interface PaymentOwn {
  stripe: Stripe
  outcomes: Counter
}
export type PaymentDeps = BaseDeps<typeof config> & PaymentOwn
