// What a development shop has instead of a mail server and Stripe: a mailbox to read and a sandbox to pay in.
import type { Clock } from '@cartwright/service-kit'
import { type StripeSandbox, startStripeSandbox } from '@cartwright/stripe-sandbox'
import type { ShopConfig } from './config.ts'
import { ForPeople } from './for-people.ts'
import { freePort } from './free-port.ts'
import { type Mailbox, startMailbox } from './mailbox/mailbox.ts'
import type { ShopSecrets } from './secrets.ts'

export interface StandIns {
  smtpUrl: string
  /** Null where mails go to a server of the caller's. */
  mailbox: Mailbox | null
  stripe: { key: string; webhookSecrets: string; apiBase: string | null }
  /** Null where a key of Stripe's own is given. */
  sandbox: StripeSandbox | null
  stop(): Promise<void>
}

export interface StandInOptions {
  config: Pick<ShopConfig, 'smtpUrl' | 'stripeKey' | 'webhookSecrets' | 'mailboxPort' | 'sandboxPort' | 'sandboxLatencyMs'> &
    Partial<Pick<ShopConfig, 'stripeMockUrl' | 'toolHosts'>>
  secrets: ShopSecrets
  gatewayUrl: string
  /** Keeps the sandbox's sessions over restarts. */
  sandboxFile?: string
  clock?: Clock
}

const openStripe = async ({
  config,
  secrets,
  gatewayUrl,
  sandboxFile,
  clock,
}: StandInOptions): Promise<Pick<StandIns, 'stripe' | 'sandbox'>> => {
  if (config.stripeKey !== null) {
    if (config.webhookSecrets === null)
      throw new ForPeople(
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
    ...(sandboxFile ? { dataFile: sandboxFile } : {}),
    ...(clock ? { clock } : {}),
  })
  return { stripe: { key: 'sk_test_sandbox', webhookSecrets: secrets.webhook, apiBase: sandbox.url }, sandbox }
}

/** Starts what the configuration does not replace by the real thing. */
export const openStandIns = async (options: StandInOptions): Promise<StandIns> => {
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
