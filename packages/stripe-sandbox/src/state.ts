// What the sandbox remembers: Stripe's objects as Stripe shows them, times in Unix seconds, amounts in minor units.
import { randomBytes } from 'node:crypto'

export type Metadata = Record<string, string>

export interface LineItem {
  id: string
  object: 'item'
  description: string
  quantity: number
  currency: string
  amount_subtotal: number
  amount_total: number
  price: { object: 'price'; unit_amount: number; currency: string }
}
export interface Session {
  id: string
  object: 'checkout.session'
  created: number
  expires_at: number
  status: 'open' | 'complete' | 'expired'
  payment_status: 'unpaid' | 'paid'
  mode: 'payment'
  amount_total: number
  amount_subtotal: number
  currency: string
  payment_intent: string | null
  customer_email: string | null
  client_reference_id: string | null
  metadata: Metadata
  success_url: string
  cancel_url: string | null
  url: string | null
  livemode: false
  payment_method_types: string[]
}
export interface Intent {
  id: string
  object: 'payment_intent'
  created: number
  amount: number
  amount_received: number
  currency: string
  status: 'requires_payment_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled'
  latest_charge: string | null
  last_payment_error: { code: string; decline_code: string; message: string; type: 'card_error' } | null
  metadata: Metadata
  livemode: false
}
export interface Charge {
  id: string
  object: 'charge'
  created: number
  amount: number
  amount_captured: number
  amount_refunded: number
  currency: string
  status: 'succeeded' | 'failed'
  paid: boolean
  captured: boolean
  refunded: boolean
  disputed: boolean
  failure_code: string | null
  outcome: { reason: string | null; type: string }
  payment_intent: string
  metadata: Metadata
  livemode: false
}
export interface Refund {
  id: string
  object: 'refund'
  created: number
  amount: number
  currency: string
  status: 'pending' | 'succeeded' | 'failed'
  failure_reason: string | null
  reason: string | null
  charge: string
  payment_intent: string
  metadata: Metadata
}
export interface Dispute {
  id: string
  object: 'dispute'
  created: number
  amount: number
  currency: string
  status: 'needs_response' | 'won' | 'lost'
  reason: string
  charge: string
  payment_intent: string
  evidence_details: { due_by: number }
  metadata: Metadata
  livemode: false
}
export interface StripeEvent {
  id: string
  object: 'event'
  created: number
  type: string
  api_version: string
  livemode: false
  pending_webhooks: number
  request: { id: null; idempotency_key: null }
  data: { object: StripeObject }
}
export type StripeObject = Session | Intent | Charge | Refund | Dispute

export interface KnownKey {
  fingerprint: string
  status: number
  body: unknown
  created: number
}

export interface State {
  sessions: Map<string, Session>
  lineItems: Map<string, LineItem[]>
  intents: Map<string, Intent>
  charges: Map<string, Charge>
  refunds: Map<string, Refund>
  disputes: Map<string, Dispute>
  events: Map<string, StripeEvent>
  keys: Map<string, KnownKey>
}

export const emptyState = (): State => ({
  sessions: new Map(), lineItems: new Map(), intents: new Map(), charges: new Map(), refunds: new Map(), disputes: new Map(), events: new Map(), keys: new Map(),
})

export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`

/** As JSON text, for a data file. */
export const freeze = (state: State): string => JSON.stringify(Object.fromEntries(Object.entries(state).map(([name, map]) => [name, [...map]])))

export const thaw = (text: string): State => {
  const raw = JSON.parse(text) as Record<string, [string, never][]>
  const state = emptyState()
  for (const [name, map] of Object.entries(state)) for (const [key, value] of raw[name] ?? []) (map as Map<string, unknown>).set(key, value)
  return state
}
