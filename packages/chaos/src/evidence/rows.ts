// The rows that invariants are judged by: as SQL gives them, and Stripe's side from the sandbox's ledger. Plain values, so that tests can corrupt them.

import { type FaultNote, healedNote, type Operation } from '../journal.ts'
import type { MailRow } from '../world/mail-log.ts'
import type { BelievedStock, CachedCopy, FoundProduct } from './copies.ts'

export interface OrderRow {
  id: string
  number: string
  principal_id: string
  cart_id: string
  reservation_id: string
  status: string
  payment_status: string
  fulfilment_status: string
  refund_status: string
  cancel_reason: string | null
  cancel_requested_at: Date | null
  email: string | null
  currency: string
  total_minor: number
  captured_minor: number
  order_lines: string
  created_at: Date
}
export interface HistoryRow {
  order_id: string
  version: number
  from_status: string | null
  to_status: string
  actor: string
  created_at: Date
}
export interface RefundRow {
  id: string
  order_id: string
  cause: string
  amount_minor: number
  state: string
  origin: string
}
export interface ShipmentRow {
  id: string
  order_id: string
}
export interface SagaRow {
  id: string
  state: string
  deadline_at: Date | null
  tries: number
}
export interface SagaStepRow {
  saga_id: string
  input: string
  from_state: string
  to_state: string
  effects: string
  created_at: Date
}
export interface PaymentRow {
  order_id: string
  state: string
  amount_minor: number
  currency: string
  captured_minor: number
  attempt: number
  session_id: string | null
  payment_intent_id: string | null
}
export interface PaymentRefundRow {
  id: string
  order_id: string
  amount_minor: number
  state: string
  origin: string
}
export interface ReservationRow {
  id: string
  order_id: string
  state: string
  stock_lines: string
}
export interface StockReturnRow {
  return_id: string
  reservation_id: string
  stock_lines: string
}
export interface StockRow {
  sku: string
  on_hand: number
  reserved: number
  version: number
  /** Σ of the ledger. */
  moved: number
  /** Σ of what was delivered or corrected by people. */
  stocked: number
}
/** Σ of the ledger's movements of a SKU for one order. */
export interface MovementRow {
  order_id: string
  sku: string
  moved: number
}
/** One movement of the ledger. `actor` is `order` for what orders move, else who delivered or corrected. */
export interface StockMoveRow {
  sku: string
  delta: number
  actor: string
  reference: string | null
}
/** What cart knows of an order. */
export interface CartOrderRow {
  order_id: string
  cart_id: string
  closed_at: Date | null
  given_back_at: Date | null
}
/** A line of a cart that is open. */
export interface OpenLineRow {
  principal_id: string
  sku: string
  quantity: number
}
export interface EventRow {
  owner: string
  id: number
  event_id: string
  event_type: string
  aggregate_type: string
  aggregate_id: string
  aggregate_version: number
  payload: string
  occurred_at: Date
  published_at: Date | null
}
export interface InboxRow {
  owner: string
  consumer: string
  event_id: string
}
export interface DeadLetterRow {
  owner: string
  id: number
  consumer: string
  event_id: string
  event_type: string
  partition_key: string
  reason: string
  error: string
  resolved_at: Date | null
}
export interface AggregateRow {
  owner: string
  aggregate_type: string
  aggregate_id: string
  version: number
}
export interface MessageRow {
  id: string
  event_id: string
  event_type: string
  template: string
  recipient: string | null
  order_id: string | null
  state: string
  /** How often an operator had it sent again, each time under a Message-ID of its own. */
  resends: number
}

export interface StripeLedger {
  sessions: {
    id: string
    status: string
    payment_status: string
    payment_intent: string | null
    amount_total: number
    metadata: Record<string, string>
  }[]
  charges: { id: string; status: string; amount_captured: number; payment_intent: string; currency: string }[]
  refunds: { id: string; status: string; amount: number; payment_intent: string; metadata: Record<string, string> }[]
  disputes: { id: string; status: string; amount: number; payment_intent: string }[]
}

/** What operators are shown as still refundable. */
export interface RefundableRow {
  order_id: string
  refundable_minor: number
}

/** A group that takes an event. */
export interface Reader {
  owner: string
  consumer: string
}

/** Something in a log that must not be there. */
export interface LogFinding {
  service: string
  what: string
  line: string
}

/** What came of delivering every event of the run to every reader once more. */
export interface Redelivery {
  events: number
  /** Deliveries that were not seen to be recognised as known. */
  missing: string[]
  /** Deliveries that were handled as if they were new. */
  handled: string[]
  /** Tables, and what lies outside the databases, that are not as before. */
  changed: string[]
}

export interface Evidence {
  now: Date
  orders: OrderRow[]
  history: HistoryRow[]
  refunds: RefundRow[]
  shipments: ShipmentRow[]
  sagas: SagaRow[]
  sagaSteps: SagaStepRow[]
  payments: PaymentRow[]
  paymentRefunds: PaymentRefundRow[]
  reservations: ReservationRow[]
  stockReturns: StockReturnRow[]
  stock: StockRow[]
  movements: MovementRow[]
  /** Every movement of the run's SKUs, one by one. */
  moves: StockMoveRow[]
  cartOrders: CartOrderRow[]
  /** Open carts of the shoppers who ordered. */
  openLines: OpenLineRow[]
  events: EventRow[]
  aggregates: AggregateRow[]
  inbox: InboxRow[]
  /** Who takes which type of event. */
  readers: Readonly<Record<string, readonly Reader[]>>
  deadLetters: DeadLetterRow[]
  /** Ids of the events that the harness made up or spoilt. */
  poison: ReadonlySet<string>
  messages: MessageRow[]
  mails: MailRow[]
  stripe: StripeLedger
  products: FoundProduct[]
  /** Null where there is no index to look at. */
  documents: FoundProduct[] | null
  believedStock: BelievedStock[]
  cachedCopies: CachedCopy[]
  /** Of orders with a refund that failed. */
  refundable: RefundableRow[]
  operations: Operation[]
  /** What was done to the shop, in time order. */
  faults: FaultNote[]
  /** Null when the events were not delivered a second time. */
  redelivery: Redelivery | null
  logFindings: LogFinding[]
}

/** One broken promise. */
export interface Violation {
  invariant: string
  /** The order, SKU or event it is about. */
  subject: string
  what: string
}

export interface Line {
  sku: string
  quantity: number
}

export const linesOf = (json: string): Line[] => JSON.parse(json) as Line[]

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Whether anything was done to the shop at all. */
export const wasCalm = ({ faults }: Pick<Evidence, 'faults'>): boolean => faults.every(({ what }) => what === healedNote)
