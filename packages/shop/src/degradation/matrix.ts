// Degradation matrix: what each action of a shopper or operator does while an engine or provider is unavailable.

export const outcomes = {
  works: 'works as usual',
  degraded: 'works with less',
  later: 'is accepted, and done when the dependency is back',
  unavailable: 'answers 503 `upstream_unavailable` within seconds; repeating it later is safe',
} as const
export type Outcome = keyof typeof outcomes

export const actions = {
  browse: 'browse products',
  search: 'search',
  signIn: 'sign in',
  fillCart: 'fill a cart',
  checkOut: 'check out',
  openPaymentPage: 'open the payment page',
  readOrder: 'read an order',
  receiveMail: 'receive a mail',
  adjustStock: 'adjust stock, as an operator',
} as const
export type Action = keyof typeof actions
export const actionNames = Object.keys(actions) as readonly Action[]

export type Dependency = 'MySQL' | 'Redis' | 'Kafka' | 'Elasticsearch' | 'Stripe' | 'SMTP'

interface Row {
  /** What differs from the usual while the dependency is unavailable. */
  cells: Partial<Record<Action, Outcome>>
  /** What a shopper or operator notices, in one sentence. */
  notice: string
}

const everything = (outcome: Outcome): Record<Action, Outcome> =>
  Object.fromEntries(actionNames.map((name) => [name, outcome])) as Record<Action, Outcome>

const rows: Readonly<Record<Dependency, Row>> = {
  MySQL: {
    cells: everything('unavailable'),
    notice: 'The shop answers 503 with `Retry-After`, and works again within seconds of the return. Nothing is lost.',
  },
  Redis: {
    cells: {},
    notice: 'Answers are a little slower, and rate limits count per gateway instance.',
  },
  Kafka: {
    cells: { openPaymentPage: 'later', receiveMail: 'later' },
    notice: 'Orders are accepted; payment pages, mails and search changes wait in the outbox.',
  },
  Elasticsearch: {
    cells: { search: 'degraded' },
    notice: 'MySQL answers searches: no facets, no total, no typing mistakes; `degraded: true` says so.',
  },
  Stripe: {
    cells: { openPaymentPage: 'later' },
    notice: 'Orders are accepted and wait for their payment page; an order that waits too long is cancelled and its stock freed.',
  },
  SMTP: {
    cells: { receiveMail: 'later' },
    notice: 'Mails wait and are sent once; codes that expired meanwhile are not sent.',
  },
}

export const dependencies = Object.keys(rows) as readonly Dependency[]

/** The outcome of every action while the dependency is unavailable. */
export const outcomesWithout = (dependency: Dependency): Readonly<Record<Action, Outcome>> => ({
  ...everything('works'),
  ...rows[dependency].cells,
})

export const noticeOf = (dependency: Dependency): string => rows[dependency].notice
