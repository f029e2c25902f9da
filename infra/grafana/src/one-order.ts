// Dashboard: everything about one order, from its id: log lines of all services, events, jobs, and its trace.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { board } from './board.ts'
import { logFigure, logTable, note, story, waterfall } from './log-panels.ts'
import { logs } from './sources.ts'

/** The variable is quoted, so that it matches exactly. */
const thisOrder = 'labels.order_id:"$order"'

const variables = [
  new dashboard.TextBoxVariableBuilder('order')
    .label('Order id')
    .description('It begins with ord_. `npm run ops -- order show <number>` finds it by the order’s number.')
    .defaultValue('ord_'),
  new dashboard.QueryVariableBuilder('trace')
    .label('Trace')
    .description('Traces that the order’s log lines name')
    .datasource(logs)
    .query(`{"find": "terms", "field": "trace.id", "query": "labels.order_id:\\"$order\\"", "size": 20}`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.Disabled),
]

const help = note(
  [
    'Type the **order id** above. Choose a time range that holds the day of the order.',
    'Its money, lines, history and refunds: `npm run ops -- order show $order`.',
    'What its checkout did, and what it waits for: `npm run ops -- saga show $order`.',
  ].join('\n\n'),
  24,
  4,
)

const summary = [
  help,
  logFigure({ title: 'Log lines', about: 'Lines of all services that concern this order.', query: thisOrder }),
  logFigure({
    title: 'Warnings and errors',
    about: 'Lines of level warn or higher.',
    query: `${thisOrder} AND log.level:(warn OR error OR fatal)`,
    limits: { bad: 1 },
  }),
  logFigure({
    title: 'Requests',
    about: 'HTTP requests that concern this order.',
    query: `${thisOrder} AND event.dataset:cartwright.request`,
  }),
  logFigure({
    title: 'Events handled',
    about: 'Events of this order that services handled.',
    query: `${thisOrder} AND event.dataset:cartwright.event`,
  }),
  logFigure({
    title: 'Jobs',
    about: 'Calls to Stripe, mails and other work outside the database.',
    query: `${thisOrder} AND event.dataset:cartwright.job`,
  }),
  logFigure({
    title: 'Failures',
    about: 'Requests, events and jobs whose outcome is a failure.',
    query: `${thisOrder} AND event.outcome:failure`,
    limits: { bad: 1 },
  }),
]

const when = { '@timestamp': 'Time' } as const

const steps = [
  logTable({
    title: 'Saga and events',
    about: 'What each service did with the order’s events, in order, and the steps of the checkout saga.',
    query: `${thisOrder} AND event.dataset:(cartwright.event OR cartwright.app)`,
    fields: {
      ...when,
      'service.name': 'Service',
      'event.action': 'Event',
      'event.outcome': 'Outcome',
      'event.duration': 'Duration',
      message: 'Line',
    },
    width: 12,
  }),
  logTable({
    title: 'Jobs',
    about: 'Calls to Stripe, mails and other work outside the database.',
    query: `${thisOrder} AND event.dataset:cartwright.job`,
    fields: {
      ...when,
      'service.name': 'Service',
      'event.action': 'Job',
      'event.outcome': 'Outcome',
      'event.duration': 'Duration',
      message: 'Line',
    },
    width: 12,
  }),
  logTable({
    title: 'Requests',
    about: 'Requests of the customer, of operators and of Stripe that concern the order.',
    query: `${thisOrder} AND event.dataset:cartwright.request`,
    fields: {
      ...when,
      'service.name': 'Service',
      'http.request.method': 'Method',
      'http.route': 'Route',
      'http.response.status_code': 'Status',
      'event.duration': 'Duration',
      'user.roles': 'Role',
      'http.request.id': 'Request id',
    },
  }),
]

export const oneOrder = board({
  uid: 'cartwright-one-order',
  title: 'Cartwright: one order',
  about: 'Everything about one order: log lines of all services, events, jobs, and its trace.',
  from: 'now-24h',
  variables,
  rows: {
    Summary: summary,
    Steps: steps,
    'Log lines': [
      story({
        title: 'All log lines',
        about: 'Every line of every service that names this order, the oldest first. Open a line for its fields and its trace.',
        query: thisOrder,
        height: 16,
      }),
    ],
    Trace: [
      waterfall(
        'Trace',
        'The spans of the chosen trace: gateway, services, SQL, events and jobs. The checkout and its webhook are one trace.',
        '$trace',
      ),
    ],
    'Latest orders': [
      logTable({
        title: 'Checkouts of the shop',
        about: 'The latest lines that concern orders. Click an order to see everything about it.',
        query: '_exists_:labels.order_id AND event.dataset:cartwright.request AND service.name:order',
        fields: {
          ...when,
          'labels.order_id': 'Order',
          'http.route': 'Route',
          'http.response.status_code': 'Status',
          'trace.id': 'Trace',
        },
      }),
    ],
  },
})
