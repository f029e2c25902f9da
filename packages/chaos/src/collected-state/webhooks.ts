// Webhooks sent by the harness: reads Stripe's events, and sends events with the shop's secret or with another one.
import { randomUUID } from 'node:crypto'
import { signatureHeader } from '@cartwright/stripe-sandbox'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'

export interface StripeEvent {
  id: string
  type: string
  data: { object: { id: string; payment_intent?: string | null; metadata?: Record<string, string> } }
}

/** An event in the list of the sandbox, with the state of its webhook. */
export interface ListedEvent extends StripeEvent {
  delivery: 'pending' | 'delivered' | 'dropped'
}

export const stripeEvents = async ({ sandboxUrl }: ShopUnderTest): Promise<ListedEvent[]> =>
  ((await (await fetch(`${sandboxUrl}/_sandbox/events`)).json()) as { events: ListedEvent[] }).events

export const newEventId = (): string => `evt_${randomUUID().replaceAll('-', '')}`

/** @param secret signs the webhook; the shop's secret when left out @returns the status of the answer; null when there was none */
export const sendWebhook = async (
  { url, secrets }: Pick<ShopUnderTest, 'url' | 'secrets'>,
  event: StripeEvent,
  secret: string = secrets.webhook,
): Promise<number | null> => {
  const payload = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'stripe-signature': signatureHeader(payload, secret, Math.floor(Date.now() / 1000)),
  }
  try {
    const response = await fetch(`${url}/v1/webhooks/stripe`, {
      method: 'POST',
      headers,
      body: payload,
      signal: AbortSignal.timeout(15_000),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    // Stripe would retry; a forged webhook is sent once.
    return null
  }
}
