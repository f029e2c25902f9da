// Runs the Stripe sandbox as a process of its own, for containers.
import { ConfigError, program, readConfig } from '@cartwright/service-kit'
import { startStripeSandbox } from '@cartwright/stripe-sandbox'
import { sandboxSpec } from './tools-config.ts'

await program(async ({ env, print }) => {
  const config = readConfig('the Stripe sandbox', 'STRIPE_SANDBOX_', sandboxSpec, env)
  const [webhookSecret] = config.webhookSecrets
  if (webhookSecret === undefined) throw new ConfigError('the Stripe sandbox', ['STRIPE_WEBHOOK_SECRETS is empty'])
  const sandbox = await startStripeSandbox({
    host: config.host,
    port: config.port,
    hosts: config.hosts,
    latencyMs: config.latencyMs,
    publicUrl: config.publicUrl,
    webhookSecret,
    webhookUrl: () => config.webhookUrl,
    ...(config.dataFile === null ? {} : { dataFile: config.dataFile }),
  })
  print(`Stripe sandbox: payment pages at ${config.publicUrl}, events to ${config.webhookUrl}`)
  return sandbox
})
