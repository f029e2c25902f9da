// Dashboard: does the shop sell, and where does it lose customers?
import { unusualExponents } from '@cartwright/contracts'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { board } from './board.ts'
import { figure, graph } from './metric-panels.ts'
import { increase, rate, total } from './promql.ts'

const everyService = true

const currenciesWith = (digits: number): string =>
  Object.keys(unusualExponents)
    .filter((currency) => unusualExponents[currency] === digits)
    .join('|')

/** Revenue in whole units of each currency: counters hold minor units, and currencies differ in their digits. */
const revenue = (range: string): string => {
  const of = (matcher: string) => `sum by (currency) (increase(cartwright_order_revenue_minor_total{${matcher}}[${range}]))`
  return [
    `${of(`currency!~"${Object.keys(unusualExponents).join('|')}"`)} / 100`,
    of(`currency=~"${currenciesWith(0)}"`),
    `${of(`currency=~"${currenciesWith(3)}"`)} / 1000`,
  ].join(' or ')
}

const perMinute = (counter: string, by: string): string => `60 * ${rate(counter, by, { everyService })}`

const now = [
  figure({
    title: 'Orders placed',
    about: 'Orders placed in the time range, by currency.',
    unit: units.Short,
    queries: [['{{currency}}', `round(${increase('cartwright_orders_placed_total', 'currency', { everyService })})`]],
  }),
  figure({
    title: 'Revenue',
    about: 'Paid orders in the time range, in whole units of each currency. Refunds are not subtracted.',
    unit: units.Short,
    queries: [['{{currency}}', revenue('$__range')]],
  }),
  figure({
    title: 'Payments that succeed',
    about: 'Share of finished payments in the time range that ended with money. Below 80 %, see the row Payments.',
    unit: units.PercentUnit,
    queries: [
      [
        'paid',
        '1 - (sum(increase(cartwright_payment_failures_total[$__range])) or vector(0)) / (sum(increase(cartwright_payment_outcomes_total[$__range])) > 0)',
      ],
    ],
  }),
  figure({
    title: 'Active carts',
    about: 'Carts that hold lines and were changed lately.',
    unit: units.Short,
    queries: [['carts', 'sum(cartwright_carts_active)']],
  }),
  figure({
    title: 'Variants out of stock',
    about: 'Active variants without stock to sell. Restock them, or end them in the catalog.',
    unit: units.Short,
    queries: [['variants', 'sum(cartwright_stock_out_variants)']],
    limits: { warn: 1, bad: 10 },
  }),
  figure({
    title: 'Alerts that fire',
    about: 'Alerts that fire now. Alertmanager names them, and each links its runbook.',
    unit: units.Short,
    queries: [['alerts', 'count(ALERTS{alertstate="firing"}) or vector(0)']],
    limits: { bad: 1 },
  }),
]

const orders = [
  graph({
    title: 'Orders per minute',
    about: 'Orders placed, by currency. A sudden zero during the day is an incident.',
    unit: units.Short,
    queries: [['{{currency}}', perMinute('cartwright_orders_placed_total', 'currency')]],
  }),
  graph({
    title: 'Ends of checkouts per minute',
    about: 'How checkouts end: paid, or cancelled and why.',
    unit: units.Short,
    queries: [['{{outcome}}', perMinute('cartwright_order_outcomes_total', 'outcome')]],
    stacked: true,
  }),
  graph({
    title: 'Revenue per hour',
    about: 'Paid orders of the last hour, in whole units of each currency.',
    unit: units.Short,
    queries: [['{{currency}}', revenue('1h')]],
  }),
  graph({
    title: 'Checkouts in the admission queue',
    about: 'Customers who wait because all places for checkouts are taken. More than a few for minutes: the database is slow.',
    unit: units.Short,
    queries: [['waiting', 'sum(cartwright_checkouts_waiting)']],
    limits: { warn: 10, bad: 50 },
  }),
  graph({
    title: 'Held reservations',
    about: 'Stock that is held for orders which are not paid yet. It grows while payments are open and falls when they end.',
    unit: units.Short,
    queries: [['reservations', 'sum(cartwright_reservations_held)']],
  }),
  graph({
    title: 'Stock and carts',
    about: 'Active carts against variants that are out of stock.',
    unit: units.Short,
    queries: [
      ['active carts', 'sum(cartwright_carts_active)'],
      ['variants out of stock', 'sum(cartwright_stock_out_variants)'],
    ],
  }),
]

const payments = [
  graph({
    title: 'Payments per minute by outcome',
    about: 'Finished payment sessions. Compare with failures: a declined card leaves its session open.',
    unit: units.Short,
    queries: [['{{outcome}}', perMinute('cartwright_payment_outcomes_total', 'outcome')]],
    stacked: true,
  }),
  graph({
    title: 'Payment failures per minute by kind',
    about: 'Declined cards, failed authentications and errors of the provider. One kind that rises alone names the cause.',
    unit: units.Short,
    queries: [['{{kind}}', perMinute('cartwright_payment_failures_total', 'kind')]],
    stacked: true,
  }),
  graph({
    title: 'Webhooks per minute by outcome',
    about: 'Messages from Stripe: stored, duplicate (harmless) or refused (wrong signature: check the signing secret).',
    unit: units.Short,
    queries: [['{{outcome}}', perMinute('cartwright_payment_webhooks_total', 'outcome')]],
  }),
  graph({
    title: 'Refunds per hour by state',
    about: 'Refunds by their final state. A failed refund waits for an operator.',
    unit: units.Short,
    queries: [['{{state}}', 'sum by (state) (increase(cartwright_payment_refunds_total[1h]))']],
    width: 12,
  }),
  graph({
    title: 'Differences from Stripe per hour',
    about: 'What the reconciliation with Stripe found to differ from our rows, by kind. Each one needs an operator.',
    unit: units.Short,
    queries: [['{{kind}}', 'sum by (kind) (increase(cartwright_payment_drift_total[1h]))']],
    limits: { bad: 1 },
    width: 12,
  }),
]

const customers = [
  graph({
    title: 'Mails per minute by result',
    about: 'Mails that were sent, failed, expired or are retried. Failures for minutes: check the mail server.',
    unit: units.Short,
    queries: [['{{result}}', perMinute('cartwright_mails_total', 'result')]],
  }),
  graph({
    title: 'Mails per hour by template',
    about: 'What customers are told.',
    unit: units.Short,
    queries: [['{{template}}', 'sum by (template) (increase(cartwright_mails_total[1h]))']],
    stacked: true,
  }),
  graph({
    title: 'Undeliverable addresses',
    about: 'Addresses that refused a mail for good. They get no more mails until an operator clears them.',
    unit: units.Short,
    queries: [['addresses', total('cartwright_undeliverable_addresses', 'service', { everyService })]],
  }),
]

export const business = board({
  uid: 'cartwright-business',
  title: 'Cartwright: business',
  about: 'Does the shop sell, and where does it lose customers? Orders, revenue, payments, stock, carts and mails.',
  from: 'now-24h',
  rows: { Now: now, Orders: orders, Payments: payments, Customers: customers },
})
