// Collects the state that a run left behind: rows of every schema, Stripe's ledger, the search index, caches, mails, logs and the journal.
import type { AdminOrder, SchemaOwner } from '@cartwright/contracts'
import { faultsIn, type Journal } from '../journal.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { SimulatedUser } from '../shoppers/simulated-user.ts'
import { cachedCopies } from './cached.ts'
import { listAggregates, listDeadLetters, listEvents, listInbox } from './event-rows.ts'
import { type LogSecrets, readLogs } from './logs.ts'
import { documentsIn, productsOf, stockOnProductPages } from './projected.ts'
import { readersByType } from './readers.ts'
import type { CollectedState, OrderRow, Redelivery } from './rows.ts'
import { databaseNow, type Scope } from './scope.ts'
import { listCartStock, listCarts, listMoves, listStock } from './stock-rows.ts'
import { readLedger } from './stripe-ledger.ts'

export interface Sources {
  shop: ShopUnderTest
  journal: Journal
  scope: Scope
  secrets: LogSecrets
  /** Reads what operators are shown. */
  admin: SimulatedUser
  redelivery: Redelivery | null
}

type Part<K extends keyof CollectedState> = Promise<Pick<CollectedState, K>>

/** Queries rows that belong to the orders of the run. */
const queryForOrders =
  ({ query, table }: ShopUnderTest, { since }: Scope) =>
  <T>(owner: SchemaOwner, name: string, columns: string, key = 'order_id', groupBy = ''): Promise<T[]> =>
    query<T>(
      `SELECT ${columns}
       FROM ${table(owner, name)}
       WHERE ${key} IN (SELECT id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)
       ${groupBy && `GROUP BY ${groupBy}`}`,
      [since],
    )

const orderColumns = `id, number, principal_id, cart_id, reservation_id, status, payment_status, fulfilment_status,
  refund_status, cancel_reason, cancel_requested_at, email, currency, subtotal_minor, shipping_minor,
  tax_minor, discount_minor, total_minor, captured_minor, order_lines,
  line_cancellations, created_at`

/** What operators are shown of orders with a failed refund. */
const listRefundable = async (
  refunds: CollectedState['refunds'],
  admin: SimulatedUser,
): Promise<CollectedState['refundable']> => {
  const orders = [...new Set(refunds.filter(({ state }) => state === 'failed').map((refund) => refund.order_id))]
  const answers = await Promise.all(
    orders.map((id) => admin.callWithRetry<AdminOrder>('GET', `/v1/admin/orders/${id}`, { quiet: true, seconds: 20 })),
  )
  return answers.flatMap((answer) =>
    answer.kind === 'answer' && answer.status === 200
      ? [{ order_id: answer.body.id, refundable_minor: answer.body.refundable.amountMinor }]
      : [],
  )
}

const collectOrders = async ({
  shop,
  scope,
  admin,
}: Sources): Part<'orders' | 'refunds' | 'refundable' | 'history' | 'shipments' | 'sagas' | 'sagaSteps'> => {
  const ofOrders = queryForOrders(shop, scope)
  const orders = await shop.query<OrderRow>(
    `SELECT ${orderColumns} FROM ${shop.table('order', 'customer_order')} WHERE created_at >= ? ORDER BY created_at`,
    [scope.since],
  )
  const refunds = await ofOrders<CollectedState['refunds'][number]>(
    'order',
    'refund',
    'id, order_id, cause, amount_minor, state, origin',
  )
  return {
    orders,
    refunds,
    refundable: await listRefundable(refunds, admin),
    history: await ofOrders('order', 'order_history', 'order_id, version, from_status, to_status, actor, created_at'),
    shipments: await ofOrders('order', 'shipment', 'id, order_id, shipped_lines'),
    sagas: await ofOrders('order', 'saga_instance', 'id, state, deadline_at, tries', 'id'),
    sagaSteps: await ofOrders('order', 'saga_step', 'saga_id, input, from_state, to_state, effects, created_at', 'saga_id'),
  }
}

const collectPrices = async ({
  shop,
  scope,
}: Sources): Part<'promotionUses' | 'promotionCounters' | 'priceInputs' | 'priceRuleSets'> => ({
  priceInputs: await queryForOrders(shop, scope)('order', 'order_price_input', 'order_id, rules_version, input'),
  priceRuleSets: await shop.query(`SELECT version, rule_set FROM ${shop.table('order', 'price_rule_set')}`),
  promotionUses: await shop.query(
    `SELECT order_id, promotion_id, holder, code, given_back_at
     FROM ${shop.table('order', 'promotion_use')}`,
  ),
  promotionCounters: await shop.query(
    `SELECT promotion_id, scope, used, max_uses
     FROM ${shop.table('order', 'promotion_counter')}`,
  ),
})

const collectDocuments = async ({ shop, scope }: Sources): Part<'returns' | 'withdrawals' | 'invoices' | 'invoiceSeries'> => {
  const ofOrders = queryForOrders(shop, scope)
  return {
    returns: await ofOrders('order', 'order_return', 'id, order_id, state, return_lines, refund_id'),
    withdrawals: await ofOrders('order', 'withdrawal', 'id, order_id'),
    invoices: await shop.query(
      `SELECT number, prefix, year, serial, kind, order_id, refund_id, total_minor, currency
       FROM ${shop.table('order', 'invoice')}`,
    ),
    invoiceSeries: await shop.query(`SELECT prefix, year, last_serial FROM ${shop.table('order', 'invoice_series')}`),
  }
}

const collectPayments = async ({ shop, scope }: Sources): Part<'payments' | 'paymentRefunds' | 'stripe'> => {
  const ofOrders = queryForOrders(shop, scope)
  return {
    payments: await ofOrders(
      'payment',
      'payment',
      'order_id, state, amount_minor, currency, captured_minor, attempt, session_id, payment_intent_id',
    ),
    paymentRefunds: await ofOrders('payment', 'payment_refund', 'id, order_id, amount_minor, state, origin'),
    stripe: await readLedger(shop),
  }
}

const collectStock = async ({
  shop,
  scope,
}: Sources): Part<'reservations' | 'stockReturns' | 'stock' | 'movements' | 'moves' | 'cartOrders' | 'openLines'> => {
  const { query, table } = shop
  const ofOrders = queryForOrders(shop, scope)
  return {
    reservations: await ofOrders('catalog', 'reservation', 'id, order_id, state, stock_lines'),
    stockReturns: await query(
      `SELECT return_id, reservation_id, stock_lines
       FROM ${table('catalog', 'stock_return')}
       WHERE reservation_id IN (SELECT reservation_id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)`,
      [scope.since],
    ),
    stock: await listStock(shop, scope.skus),
    movements: await ofOrders(
      'catalog',
      'stock_movement',
      'reference AS order_id, sku, CAST(SUM(delta) AS SIGNED) AS moved',
      'reference',
      'reference, sku',
    ),
    moves: await listMoves(shop, scope.skus),
    ...(await listCarts(shop, scope.since)),
  }
}

const collectEvents = async ({
  shop,
  scope: { since },
}: Sources): Part<'events' | 'aggregates' | 'inbox' | 'readers' | 'deadLetters' | 'poison'> => ({
  events: await listEvents(shop, since),
  aggregates: await listAggregates(shop, since),
  inbox: await listInbox(shop, since),
  readers: readersByType(),
  deadLetters: await listDeadLetters(shop, since),
  poison: shop.poison,
})

const collectCopies = async ({
  shop,
  scope,
  admin,
}: Sources): Part<'products' | 'documents' | 'projectedStock' | 'cachedCopies'> => ({
  products: await productsOf(shop),
  documents: await documentsIn(shop),
  projectedStock: [...(await listCartStock(shop)), ...(await stockOnProductPages(shop, scope.skus, admin))],
  cachedCopies: await cachedCopies(shop),
})

/** Collects everything about the orders of the run. */
export const collect = async (sources: Sources): Promise<CollectedState> => {
  const { shop, journal, scope, secrets, redelivery } = sources
  return {
    now: await databaseNow(shop),
    ...(await collectOrders(sources)),
    ...(await collectDocuments(sources)),
    ...(await collectPrices(sources)),
    ...(await collectPayments(sources)),
    ...(await collectStock(sources)),
    ...(await collectEvents(sources)),
    messages: await shop.query(
      `SELECT id, event_id, event_type, template, recipient, order_id, state, resends
       FROM ${shop.table('notification', 'message')}
       WHERE created_at >= ?`,
      [scope.since],
    ),
    mails: shop.mails.all(),
    ...(await collectCopies(sources)),
    operations: journal.operations(),
    faults: faultsIn(journal.entries),
    redelivery,
    logFindings: readLogs(shop.fleet.logFiles(), secrets),
  }
}
