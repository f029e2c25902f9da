// Environment variables of the development tools that run in containers of their own.
import { integer, secret, text, textList } from '@cartwright/service-kit'
import { shopSpec } from '../config.ts'

const host = text('SERVICE_HOST', 'Address to listen on', '127.0.0.1')

export const sandboxSpec = {
  host,
  port: shopSpec.sandboxPort,
  hosts: shopSpec.toolHosts,
  latencyMs: shopSpec.sandboxLatencyMs,
  publicUrl: text('STRIPE_SANDBOX_PUBLIC_URL', 'Address at which shoppers open the payment page', 'http://localhost:12111'),
  webhookUrl: text('STRIPE_SANDBOX_WEBHOOK_URL', 'Where the sandbox delivers its events'),
  dataFile: text('STRIPE_SANDBOX_FILE', 'File that keeps the state over restarts; in memory when left out', null),
  webhookSecrets: secret(textList('STRIPE_WEBHOOK_SECRETS', 'Signing secrets of the webhook; the sandbox signs with the first')),
}

export const mailboxSpec = {
  host,
  port: shopSpec.mailboxPort,
  hosts: shopSpec.toolHosts,
  smtpPort: integer('MAILBOX_SMTP_PORT', 'Port on which the mailbox accepts mail', 1025),
}
