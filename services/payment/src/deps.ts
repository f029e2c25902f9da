// What payment's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { Counter } from 'prom-client'
import type Stripe from 'stripe'
import type { config } from './config.ts'
import type { PrismaClient } from './db/prisma.ts'

export interface PaymentOwn {
  stripe: Stripe
  prisma: PrismaClient
  outcomes: Counter
  refunds: Counter
  webhooks: Counter
  drift: Counter
}
export type PaymentDeps = BaseDeps<typeof config> & PaymentOwn
