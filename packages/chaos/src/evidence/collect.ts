// Gathers what a run left behind: every schema by SQL, the sandbox's ledger, the index, mails, logs and what clients were told.
import type { AdminOrder } from '@cartwright/contracts'
import type { WireRecord } from '@cartwright/messaging'
import { type SchemaOwner, schemaOwners } from '@cartwright/shop/test-shop'
import { faultsIn, type Journal } from '../journal.ts'
import type { Person } from '../shoppers/person.ts'
import type { World } from '../world/world.ts'
import { cachedCopies } from './cached.ts'
import { type LogSecrets, readLogs } from './logs.ts'
import { documentsIn, gatewayBeliefs, productsOf } from './projected.ts'
import { readersByType } from './readers.ts'
import type {
  AggregateRow,
  DeadLetterRow,
  EventRow,
  Evidence,
  InboxRow,
  OrderRow,
  Redelivery,
  StockRow,
  StripeLedger,
} from './rows.ts'

/** What belongs to a run: everything since it began. */
export interface Scope {
  since: Date
  skus: readonly string[]
  /** What no publisher of ours sent, and Kafka took. */
  sent: readonly WireRecord[]
}

/** The database's own time: the one that rows carry. */
export const databaseNow = async (world: World): Promise<Date> => {
  const [row] = await world.query<{ now: Date }>('SELECT UTC_TIMESTAMP(6) AS now')
  return row?.now ?? new Date()
}

type Owned<T> = Omit<T, 'owner'>

/** The same question to each schema, with the owner in each row. */
const ofEach = async <T extends { owner: string }>(ask: (owner: SchemaOwner) => Promise<Owned<T>[]>): Promise<T[]> => {
  const found: T[] = []
  for (const owner of schemaOwners) found.push(...(await ask(owner)).map((row) => ({ ...row, owner }) as T))
  return found
}

/** Events of the run; copies of dead letters on their way to the operators' topics are no facts. */
export const listEvents = (world: World, since: Date): Promise<EventRow[]> =>
  ofEach<EventRow>((owner) =>
    world.query(
      `SELECT id, event_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload, occurred_at, published_at
       FROM ${world.table(owner, 'outbox_event')} WHERE available_at >= ? AND topic NOT LIKE '%.dlq' ORDER BY id`,
      [since],
    ),
  )

/** Aggregates whose events all lie in the run. */
const listAggregates = (world: World, since: Date): Promise<AggregateRow[]> =>
  ofEach<AggregateRow>((owner) => {
    const outbox = world.table(owner, 'outbox_event')
    return world.query(
      `SELECT v.aggregate_type, v.aggregate_id, v.version FROM ${world.table(owner, 'aggregate_version')} v
       JOIN ${outbox} first ON first.aggregate_type = v.aggregate_type AND first.aggregate_id = v.aggregate_id AND first.aggregate_version = 1
       WHERE first.available_at >= ? AND first.topic NOT LIKE '%.dlq'`,
      [since],
    )
  })

const listInbox = (world: World, since: Date): Promise<InboxRow[]> =>
  ofEach<InboxRow>((owner) =>
    world.query(`SELECT consumer, event_id FROM ${world.table(owner, 'inbox_event')} WHERE received_at >= ?`, [since]),
  )

export const listDeadLetters = (world: World, since: Date): Promise<DeadLetterRow[]> =>
  ofEach<DeadLetterRow>((owner) =>
    world.query(
      `SELECT id, consumer, event_id, event_type, partition_key, reason, error, resolved_at FROM ${world.table(owner, 'dead_letter')} WHERE created_at >= ?`,
      [since],
    ),
  )

const listStock = (world: World, skus: readonly string[]): Promise<StockRow[]> =>
  skus.length === 0
    ? Promise.resolve([])
    : world.query(
        `SELECT s.sku, s.on_hand, s.reserved, s.version, CAST(COALESCE(SUM(m.delta), 0) AS SIGNED) AS moved,
           CAST(COALESCE(SUM(CASE WHEN m.actor <> 'order' THEN m.delta ELSE 0 END), 0) AS SIGNED) AS stocked
         FROM ${world.table('catalog', 'stock_level')} s LEFT JOIN ${world.table('catalog', 'stock_movement')} m ON m.sku = s.sku
         WHERE s.sku IN (${skus.map(() => '?').join(', ')}) GROUP BY s.sku, s.on_hand, s.reserved, s.version`,
        skus,
      )

const listMoves = (world: World, skus: readonly string[]): Promise<Evidence['moves']> =>
  skus.length === 0
    ? Promise.resolve([])
    : world.query(
        `SELECT sku, delta, actor, reference FROM ${world.table('catalog', 'stock_movement')} WHERE sku IN (${skus.map(() => '?').join(', ')}) ORDER BY id`,
        skus,
      )

/** What cart made of the orders, and what lies in the carts of those who ordered. */
const listCarts = async ({ query, table }: World, since: Date): Promise<Pick<Evidence, 'cartOrders' | 'openLines'>> => ({
  cartOrders: await query(
    `SELECT order_id, cart_id, closed_at, given_back_at FROM ${table('cart', 'cart_order')}
     WHERE order_id IN (SELECT id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)`,
    [since],
  ),
  openLines: await query(
    `SELECT c.open_for AS principal_id, l.sku, l.quantity FROM ${table('cart', 'cart')} c JOIN ${table('cart', 'cart_line')} l ON l.cart_id = c.id
     WHERE c.open_for IN (SELECT principal_id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)`,
    [since],
  ),
})

export const readLedger = async (world: World): Promise<StripeLedger> =>
  (await (await fetch(`${world.sandboxUrl}/_sandbox/ledger`)).json()) as StripeLedger

/** What operators are shown of orders whose refund failed. */
const listRefundable = async (refunds: Evidence['refunds'], admin: Person): Promise<Evidence['refundable']> => {
  const orders = [...new Set(refunds.filter(({ state }) => state === 'failed').map((refund) => refund.order_id))]
  const answers = await Promise.all(
    orders.map((orderId) => admin.insist<AdminOrder>('GET', `/v1/admin/orders/${orderId}`, { quiet: true, seconds: 20 })),
  )
  return answers.flatMap((answer) =>
    answer.kind === 'answer' && answer.status === 200
      ? [{ order_id: answer.body.id, refundable_minor: answer.body.refundable.amountMinor }]
      : [],
  )
}

export interface Sources {
  world: World
  journal: Journal
  scope: Scope
  secrets: LogSecrets
  /** Sees what operators see. */
  admin: Person
  redelivery: Redelivery | null
}

/** Gathers everything about the orders of the run. */
export const collect = async ({ world, journal, scope, secrets, admin, redelivery }: Sources): Promise<Evidence> => {
  const { query, table } = world
  const { since } = scope
  const orderTable = table('order', 'customer_order')
  const orders = await query<OrderRow>(
    `SELECT id, number, principal_id, cart_id, reservation_id, status, payment_status, fulfilment_status, refund_status, cancel_reason, cancel_requested_at, email,
       currency, total_minor, captured_minor, order_lines, created_at FROM ${orderTable} WHERE created_at >= ? ORDER BY created_at`,
    [since],
  )
  const ofOrders = <T>(columns: string, owner: SchemaOwner, name: string, key = 'order_id', per = ''): Promise<T[]> =>
    query<T>(
      `SELECT ${columns} FROM ${table(owner, name)} WHERE ${key} IN (SELECT id FROM ${orderTable} WHERE created_at >= ?)${per && ` GROUP BY ${per}`}`,
      [since],
    )
  const reservations = await ofOrders<Evidence['reservations'][number]>(
    'id, order_id, state, stock_lines',
    'catalog',
    'reservation',
  )
  const refunds = await ofOrders<Evidence['refunds'][number]>(
    'id, order_id, cause, amount_minor, state, origin',
    'order',
    'refund',
  )
  return {
    now: await databaseNow(world),
    orders,
    refunds,
    refundable: await listRefundable(refunds, admin),
    history: await ofOrders('order_id, version, from_status, to_status, actor, created_at', 'order', 'order_history'),
    shipments: await ofOrders('id, order_id', 'order', 'shipment'),
    sagas: await ofOrders('id, state, deadline_at, tries', 'order', 'saga_instance', 'id'),
    sagaSteps: await ofOrders('saga_id, input, from_state, to_state, effects, created_at', 'order', 'saga_step', 'saga_id'),
    payments: await ofOrders(
      'order_id, state, amount_minor, currency, captured_minor, attempt, session_id, payment_intent_id',
      'payment',
      'payment',
    ),
    paymentRefunds: await ofOrders('id, order_id, amount_minor, state, origin', 'payment', 'payment_refund'),
    reservations,
    stockReturns: await query(
      `SELECT return_id, reservation_id, stock_lines FROM ${table('catalog', 'stock_return')} WHERE reservation_id IN (SELECT reservation_id FROM ${orderTable} WHERE created_at >= ?)`,
      [since],
    ),
    stock: await listStock(world, scope.skus),
    movements: await ofOrders(
      'reference AS order_id, sku, CAST(SUM(delta) AS SIGNED) AS moved',
      'catalog',
      'stock_movement',
      'reference',
      'reference, sku',
    ),
    ...(await listCarts(world, since)),
    moves: await listMoves(world, scope.skus),
    events: await listEvents(world, since),
    aggregates: await listAggregates(world, since),
    inbox: await listInbox(world, since),
    readers: readersByType(),
    deadLetters: await listDeadLetters(world, since),
    poison: world.poison,
    messages: await query(
      `SELECT id, event_id, event_type, template, recipient, order_id, state, resends FROM ${table('notification', 'message')} WHERE created_at >= ?`,
      [since],
    ),
    mails: world.mails.all(),
    stripe: await readLedger(world),
    products: await productsOf(world),
    documents: await documentsIn(world),
    believedStock: [
      ...(await query<{ sku: string; available: number }>(`SELECT sku, available FROM ${table('cart', 'stock')}`)).map((row) => ({
        ...row,
        where: 'the cart',
      })),
      ...(await gatewayBeliefs(world, scope.skus, admin)),
    ],
    cachedCopies: await cachedCopies(world),
    operations: journal.operations(),
    faults: faultsIn(journal.entries),
    redelivery,
    logFindings: readLogs(world.fleet.logFiles(), secrets),
  }
}
