// What notification's handlers work with.
import type { BaseDeps, Metrics } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { PrismaClient } from './db/prisma.ts'
import type { CodeOpener } from './deliver-mail/sealed-code.ts'
import type { Mailer } from './deliver-mail/smtp.ts'

type Counter = ReturnType<Metrics['counter']>

export interface NotificationOwn {
  mailer: Mailer
  codes: CodeOpener
  prisma: PrismaClient
  /** Template of the address that opens an order, with `{ORDER_ID}` and `{TOKEN}`. */
  orderUrl: string
  /** `mails_total{template,result}` */
  mails: Counter
  /** `payment_failures_total{kind}` */
  paymentFailures: Counter
}
export type NotificationDeps = BaseDeps<typeof config> & NotificationOwn
