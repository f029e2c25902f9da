// Row types of the collected state: plain values from SQL and from the Stripe sandbox, so that tests can corrupt them.
import { type FaultNote, faultsEndedNote, type Operation } from '../journal.ts'
import type { MailRow } from '../shop-under-test/mail-log.ts'
import type { InvoiceRow, InvoiceSeriesRow, ReturnRow, WithdrawalRow } from './after-sale-rows.ts'
import type { CachedCopy, FoundProduct, ProjectedStock } from './copies.ts'
import type { PriceInputRow, PriceRuleSetRow, PromotionCounterRow, PromotionUseRow } from './price-rows.ts'

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
  subtotal_minor: number
  shipping_minor: number
  tax_minor: number
  discount_minor: number
  total_minor: number
  captured_minor: number
  order_lines: string
  line_cancellations: string | null
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
  shipped_lines: string
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
  /** Sum of all movements in the stock ledger. */
  moved: number
  /** Sum of the movements that operators made. */
  stocked: number
}
/** Sum of the ledger's movements of an SKU for one order. */
export interface MovementRow {
  order_id: string
  sku: string
  moved: number
}
/** One movement of the stock ledger. `actor` is `order` for movements of orders, otherwise the operator. */
export interface StockMoveRow {
  sku: string
  delta: number
  actor: string
  reference: string | null
}
/** Cart's row about an order. */
export interface CartOrderRow {
  order_id: string
  cart_id: string
  closed_at: Date | null
  given_back_at: Date | null
}
/** A line of an open cart. */
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
  /** How often an operator resent it, each time under a Message-ID of its own. */
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

/** The amount that the console shows as refundable. */
export interface RefundableRow {
  order_id: string
  refundable_minor: number
}

/** A consumer group that reads an event type. */
export interface Reader {
  owner: string
  consumer: string
}

/** A line of a log that breaks a rule. */
export interface LogFinding {
  service: string
  what: string
  line: string
}

/** The result of redelivering every event of the run. */
export interface Redelivery {
  events: number
  /** Deliveries that no consumer counted as a duplicate. */
  missing: string[]
  /** Deliveries that a consumer handled as new events. */
  handled: string[]
  /** Tables and external states that differ from before. */
  changed: string[]
}

export interface CollectedState {
  now: Date
  orders: OrderRow[]
  history: HistoryRow[]
  refunds: RefundRow[]
  shipments: ShipmentRow[]
  returns: ReturnRow[]
  withdrawals: WithdrawalRow[]
  /** Of every order of the shop, since promotions and their limits go on from run to run. */
  promotionUses: PromotionUseRow[]
  promotionCounters: PromotionCounterRow[]
  priceInputs: PriceInputRow[]
  priceRuleSets: PriceRuleSetRow[]
  /** Every document of the shop, since its series go on from run to run. */
  invoices: InvoiceRow[]
  invoiceSeries: InvoiceSeriesRow[]
  sagas: SagaRow[]
  sagaSteps: SagaStepRow[]
  payments: PaymentRow[]
  paymentRefunds: PaymentRefundRow[]
  reservations: ReservationRow[]
  stockReturns: StockReturnRow[]
  stock: StockRow[]
  movements: MovementRow[]
  /** Every movement of the run's SKUs. */
  moves: StockMoveRow[]
  cartOrders: CartOrderRow[]
  /** Open carts of the shoppers who ordered. */
  openLines: OpenLineRow[]
  events: EventRow[]
  aggregates: AggregateRow[]
  inbox: InboxRow[]
  /** Consumer groups by event type. */
  readers: Readonly<Record<string, readonly Reader[]>>
  deadLetters: DeadLetterRow[]
  /** Ids of the events that the harness made up. */
  poison: ReadonlySet<string>
  messages: MessageRow[]
  mails: MailRow[]
  stripe: StripeLedger
  products: FoundProduct[]
  /** Null when there is no index. */
  documents: FoundProduct[] | null
  projectedStock: ProjectedStock[]
  cachedCopies: CachedCopy[]
  /** For orders with a failed refund. */
  refundable: RefundableRow[]
  operations: Operation[]
  /** The injected faults, in time order. */
  faults: FaultNote[]
  /** Null when the events were not redelivered. */
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

/** Whether the run had no fault. */
export const wasUndisturbed = ({ faults }: Pick<CollectedState, 'faults'>): boolean =>
  faults.every(({ what }) => what === faultsEndedNote)
