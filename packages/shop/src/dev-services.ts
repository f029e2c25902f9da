// Dev services: the mailbox instead of a mail server, and the Stripe sandbox instead of Stripe.
import type { Clock } from '@cartwright/service-kit'
import { type StripeSandbox, startStripeSandbox } from '@cartwright/stripe-sandbox'
import type { ShopConfig } from './config.ts'
import { freePort } from './free-port.ts'
import { type Mailbox, startMailbox } from './mailbox/mailbox.ts'
import type { ShopSecrets } from './secrets.ts'
import { UserFacingError } from './user-facing-error.ts'

export interface DevServices {
  smtpUrl: string
  /** Null when SMTP_URL names a mail server. */
  mailbox: Mailbox | null
  stripe: { key: string; webhookSecrets: string; apiBase: string | null }
  /** Null when STRIPE_SECRET_KEY is a key of the real Stripe. */
  sandbox: StripeSandbox | null
  stop(): Promise<void>
}

export interface DevServicesOptions {
  config: Pick<ShopConfig, 'smtpUrl' | 'stripeKey' | 'webhookSecrets' | 'mailboxPort' | 'sandboxPort' | 'sandboxLatencyMs'> &
    Partial<Pick<ShopConfig, 'stripeMockUrl' | 'toolHosts'>>
  secrets: ShopSecrets
  gatewayUrl: string
  /** File in which the sandbox stores its sessions. */
  sandboxFile?: string
  /** Seconds by which the sandbox's clock is ahead of real time, until it is moved; 0 when left out. */
  sandboxOffsetSec?: number
  clock?: Clock
}

const openStripe = async ({
  config,
  secrets,
  gatewayUrl,
  sandboxFile,
  sandboxOffsetSec,
  clock,
}: DevServicesOptions): Promise<Pick<DevServices, 'stripe' | 'sandbox'>> => {
  if (config.stripeKey !== null) {
    if (config.webhookSecrets === null)
      throw new UserFacingError(
        'STRIPE_SECRET_KEY is set, so STRIPE_WEBHOOK_SECRETS is needed as well: the signing secret of your webhook endpoint.',
      )
    return { stripe: { key: config.stripeKey, webhookSecrets: config.webhookSecrets, apiBase: null }, sandbox: null }
  }
  const sandbox = await startStripeSandbox({
    port: await freePort(config.sandboxPort),
    webhookSecret: secrets.webhook,
    webhookUrl: () => `${gatewayUrl}/v1/webhooks/stripe`,
    latencyMs: config.sandboxLatencyMs,
    hosts: config.toolHosts ?? [],
    ...(config.stripeMockUrl ? { stripeMockUrl: config.stripeMockUrl } : {}),
    ...(sandboxOffsetSec ? { clockOffsetSec: sandboxOffsetSec } : {}),
    ...(sandboxFile ? { dataFile: sandboxFile } : {}),
    ...(clock ? { clock } : {}),
  })
  return { stripe: { key: 'sk_test_sandbox', webhookSecrets: secrets.webhook, apiBase: sandbox.url }, sandbox }
}

/** Starts the dev services for which the configuration names no real service. */
export const openDevServices = async (options: DevServicesOptions): Promise<DevServices> => {
  const { stripe, sandbox } = await openStripe(options)
  const { config } = options
  const mailbox =
    config.smtpUrl === null
      ? await startMailbox({ httpPort: await freePort(config.mailboxPort), hosts: config.toolHosts ?? [] })
      : null
  return {
    smtpUrl: config.smtpUrl ?? mailbox?.smtpUrl ?? '',
    mailbox,
    stripe,
    sandbox,
    stop: async () => {
      await sandbox?.stop()
      await mailbox?.stop()
    },
  }
}
