// Webhooks by hand: what Stripe told so far, and messages that it never sent, signed with the shop's secret or with none that counts.
import { randomUUID } from 'node:crypto'
import { signatureHeader } from '@cartwright/stripe-sandbox'
import type { World } from '../world/world.ts'

export interface StripeEvent {
  id: string
  type: string
  data: { object: { id: string; payment_intent?: string | null; metadata?: Record<string, string> } }
}

/** An event as the sandbox tells it, with what became of its webhook. */
export interface ToldEvent extends StripeEvent {
  delivery: 'pending' | 'delivered' | 'dropped'
}

export const stripeEvents = async ({ sandboxUrl }: World): Promise<ToldEvent[]> =>
  ((await (await fetch(`${sandboxUrl}/_sandbox/events`)).json()) as { events: ToldEvent[] }).events

export const newEventId = (): string => `evt_${randomUUID().replaceAll('-', '')}`

/** @param secret what it is signed with; that of the shop when left out @returns the answer's status; null when there was none */
export const sendWebhook = async (
  { url, secrets }: Pick<World, 'url' | 'secrets'>,
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
    // Stripe would send it again; whoever makes it up does not.
    return null
  }
}
