// State of the sandbox: Stripe's objects as its API shows them, times in Unix seconds, amounts in minor units.
import { randomUUID } from 'node:crypto'

export type Metadata = Record<string, string>

export interface LineItem {
  id: string
  object: 'item'
  /** The name of the product. */
  description: string
  /** The description of the product, which the page shows below its name. */
  details: string | null
  quantity: number
  currency: string
  amount_discount: 0
  amount_tax: 0
  amount_subtotal: number
  amount_total: number
  price: { id: string; object: 'price'; type: 'one_time'; unit_amount: number; currency: string }
}
export interface Session {
  id: string
  object: 'checkout.session'
  created: number
  expires_at: number
  status: 'open' | 'complete' | 'expired'
  payment_status: 'unpaid' | 'paid'
  mode: 'payment'
  ui_mode: 'hosted_page'
  amount_total: number
  amount_subtotal: number
  currency: string
  payment_intent: string | null
  customer: null
  customer_email: string | null
  customer_details: { email: string | null; name: string | null } | null
  client_reference_id: string | null
  metadata: Metadata
  success_url: string
  cancel_url: string | null
  url: string | null
  livemode: false
  payment_method_types: string[]
  allowed_payment_method_types: string[] | null
  /** Language of the page; `auto` and null are that of the browser. */
  locale: string | null
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
  payment_method_types: string[]
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
  failure_message: string | null
  outcome: { network_status: string; reason: string | null; type: string }
  payment_method_details: { type: 'card'; card: { brand: string; last4: string } }
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
  failure_reason?: string
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
  status: 'needs_response' | 'under_review' | 'won' | 'lost'
  reason: string
  charge: string
  payment_intent: string
  evidence_details: { due_by: number; has_evidence: false; past_due: false; submission_count: 0 }
  metadata: Metadata
  livemode: false
}
export type StripeObject = Session | Intent | Charge | Refund | Dispute

/** A stored event: its object at that time as text, and the state of its delivery. */
export interface StoredEvent {
  id: string
  created: number
  type: string
  /** Events about the same payment share it; they are delivered one after the other. */
  subject: string
  object: string
  delivery: 'pending' | 'delivered' | 'dropped'
}

/** The response that a repeated key gets. */
interface StoredResponse {
  fingerprint: string
  status: number
  body: string
  created: number
}

export interface State {
  sessions: Map<string, Session>
  lineItems: Map<string, LineItem[]>
  /** Metadata of the payment intent that the first payment of a session creates. */
  intentMetadata: Map<string, Metadata>
  intents: Map<string, Intent>
  charges: Map<string, Charge>
  refunds: Map<string, Refund>
  /** Refunds of test cards that end at a later time. */
  refundPlans: Map<string, { at: number; success: boolean }>
  disputes: Map<string, Dispute>
  events: Map<string, StoredEvent>
  keys: Map<string, StoredResponse>
}
export type Kind = keyof State

export const emptyState = (): State => ({
  sessions: new Map(),
  lineItems: new Map(),
  intentMetadata: new Map(),
  intents: new Map(),
  charges: new Map(),
  refunds: new Map(),
  refundPlans: new Map(),
  disputes: new Map(),
  events: new Map(),
  keys: new Map(),
})

export const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 24)}`

/** Makes every object older: `POST /_sandbox/clock` moves the time without changing signatures. */
export const addAge = (state: State, seconds: number): void => {
  for (const session of state.sessions.values()) session.expires_at -= seconds
  for (const plan of state.refundPlans.values()) plan.at -= seconds
  for (const { evidence_details: evidence } of state.disputes.values()) evidence.due_by -= seconds
  const dated = [state.sessions, state.intents, state.charges, state.refunds, state.disputes, state.events, state.keys]
  for (const map of dated) for (const object of map.values()) object.created -= seconds
}
