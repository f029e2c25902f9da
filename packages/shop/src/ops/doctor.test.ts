// Tests of `doctor`: it reads waiting events, dead letters and violated invariants from a service's metrics.
import { expect, test } from 'vitest'
import { judgeIssues, judgeMetrics, samplesOf } from './doctor.ts'

const page = ({
  age = 0,
  dead = 0,
  now = 'cartwright_invariant_violations{service="order",invariant="I1-order-money"} 0',
  total = 0,
} = {}) =>
  `# HELP cartwright_outbox_pending_events Outbox rows
cartwright_outbox_pending_events{service="order"} 3
cartwright_outbox_oldest_age_seconds{service="order"} ${age}
cartwright_dead_letters_open{service="order"} ${dead}
cartwright_invariant_violations_total{service="order",invariant="I1-order-money"} ${total}
${now}
`
const states = (text: string) => judgeMetrics('order', text).map(({ state }) => state)

test('the parser reads samples with and without labels', () => {
  expect(samplesOf('up 1\nx_total{a="b c"} 2.5\n# TYPE y gauge\n')).toEqual([
    { name: 'up', labels: '', value: 1 },
    { name: 'x_total', labels: 'a="b c"', value: 2.5 },
  ])
})

test('a healthy service has no problem in outbox, dead letters and invariants', () => {
  expect(states(page())).toEqual(['well', 'well', 'well'])
})

test('the doctor reports events older than a minute, dead letters and violated invariants', () => {
  expect(states(page({ age: 61 }))).toEqual(['ill', 'well', 'well'])
  expect(states(page({ dead: 1 }))).toEqual(['well', 'ill', 'well'])
  const untrue = judgeMetrics(
    'order',
    page({ now: 'cartwright_invariant_violations{service="order",invariant="I1-order-money"} 2', total: 2 }),
  )
  expect(untrue.at(-1)).toMatchObject({ state: 'ill', detail: 'violated: I1-order-money (2)' })
})

test('the doctor reports unchecked invariants as unknown, and remembers earlier violations', () => {
  expect(states(page({ now: '' }))).toEqual(['well', 'well', 'unknown'])
  expect(judgeMetrics('order', page({ total: 1 })).at(-1)?.detail).toContain('violated since the start: I1-order-money')
})

test('the doctor says what answers searches, and reports an Elasticsearch that does not answer', () => {
  const searching = (engine: string, circuit = 0) =>
    judgeMetrics(
      'catalog',
      `${page()}${['elasticsearch', 'memory', 'database']
        .map((name) => `cartwright_search_answering{service="catalog",engine="${name}"} ${name === engine ? 1 : 0}\n`)
        .join('')}cartwright_search_pending_products{service="catalog"} 2
cartwright_circuit_open{service="catalog",upstream="elasticsearch"} ${circuit}\n`,
    ).find(({ subject }) => subject === 'catalog search')
  expect(searching('memory')).toMatchObject({
    state: 'well',
    detail: 'the index in memory answers, 2 products wait to be indexed',
  })
  expect(searching('elasticsearch')?.detail).toContain('in Elasticsearch answers')
  expect(searching('database')).toMatchObject({ state: 'well', detail: expect.stringContaining('without facets') })
  expect(searching('database', 1)).toMatchObject({ state: 'ill' })
  expect(judgeMetrics('order', page()).map(({ subject }) => subject)).not.toContain('order search')
})

test('a service without events has no findings', () => {
  expect(judgeMetrics('gateway', 'process_cpu_seconds_total{service="gateway"} 1\n')).toEqual([])
})

test('the doctor reports open issues with count, first ids and the command to run next', () => {
  const issue = {
    service: 'order',
    kind: 'refunds-failed',
    about: 'refunds',
    count: 12,
    ids: ['ord_1', 'ord_2'],
    next: 'order show ord_1',
  } as const
  expect(judgeIssues({ items: [], unavailable: [] })).toEqual([{ subject: 'open issues', state: 'well', detail: 'none' }])
  expect(judgeIssues({ items: [{ ...issue, ids: [...issue.ids] }], unavailable: ['payment'] })).toEqual([
    { subject: 'order: refunds', state: 'ill', detail: '12: ord_1, ord_2, …; run order show ord_1' },
    { subject: 'open issues', state: 'ill', detail: 'no response: payment' },
  ])
})
