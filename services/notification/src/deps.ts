// Dependencies of notification's handlers.
import { type BaseDeps, forService } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { openPrisma, type PrismaClient } from './db/prisma.ts'
import { orderUrlTemplate } from './domain/order-url-template.ts'
import { type CodeOpener, codeOpener } from './domain/sealed-code.ts'
import type { Mailer } from './integrations/mailer.ts'
import { openMailer, readWebhookKeys, type WebhookKeys } from './integrations/open-mailer.ts'
import { recordMails } from './integrations/recorded-mails.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface NotificationResources extends OpenedMetrics<typeof ownMetrics> {
  mailer: Mailer
  webhookKeys: WebhookKeys
  codes: CodeOpener
  prisma: PrismaClient
  /** URL template of an order's page, with `{ORDER_ID}` and `{TOKEN}`. */
  orderUrl: string
}
export type NotificationDeps = BaseDeps<typeof config> & NotificationResources

export const { route, on, job, scheduled, measurement, invariant } = forService<NotificationDeps>()

/** Opens the resources of notification. @throws ConfigError */
export const openDeps = async ({
  config: own,
  shared,
  db,
  metrics,
  clock,
}: BaseDeps<typeof config>): Promise<NotificationResources> => ({
  orderUrl: orderUrlTemplate(own.orderUrl, shared.publicUrl),
  mailer: recordMails(openMailer(own, shared.shopName, clock), own.mailProvider),
  webhookKeys: readWebhookKeys(own),
  codes: await codeOpener(own.sealPrivateJwk),
  prisma: openPrisma(db),
  ...metrics.open(ownMetrics),
})

export const closeDeps = async ({ mailer }: NotificationResources): Promise<void> => mailer.close()
