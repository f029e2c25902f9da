// What the doctor reads from a service's metrics: events that wait too long, dead letters, invariants that are not true.
import { expect, test } from 'vitest'
import { judgeIssues, judgeMetrics, samplesOf } from './doctor.ts'

const page = ({
  age = 0,
  dead = 0,
  now = 'invariant_violations{service="order",invariant="I1-order-money"} 0',
  total = 0,
} = {}) =>
  `# HELP outbox_pending_events Outbox rows
outbox_pending_events{service="order"} 3
outbox_oldest_age_seconds{service="order"} ${age}
dead_letters_open{service="order"} ${dead}
invariant_violations_total{service="order",invariant="I1-order-money"} ${total}
${now}
`
const states = (text: string) => judgeMetrics('order', text).map(({ state }) => state)

test('samples are read with and without labels', () => {
  expect(samplesOf('up 1\nx_total{a="b c"} 2.5\n# TYPE y gauge\n')).toEqual([
    { name: 'up', labels: '', value: 1 },
    { name: 'x_total', labels: 'a="b c"', value: 2.5 },
  ])
})

test('a sound service is well in all three', () => {
  expect(states(page())).toEqual(['well', 'well', 'well'])
})

test('events that wait for more than a minute, dead letters and untrue invariants are ill', () => {
  expect(states(page({ age: 61 }))).toEqual(['ill', 'well', 'well'])
  expect(states(page({ dead: 1 }))).toEqual(['well', 'ill', 'well'])
  const untrue = judgeMetrics(
    'order',
    page({ now: 'invariant_violations{service="order",invariant="I1-order-money"} 2', total: 2 }),
  )
  expect(untrue.at(-1)).toMatchObject({ state: 'ill', detail: 'not true: I1-order-money (2)' })
})

test('invariants that nobody has checked yet are unknown, and what was untrue earlier is remembered', () => {
  expect(states(page({ now: '' }))).toEqual(['well', 'well', 'unknown'])
  expect(judgeMetrics('order', page({ total: 1 })).at(-1)?.detail).toContain('contradicted since the start: I1-order-money')
})

test('a service without events has nothing to judge', () => {
  expect(judgeMetrics('gateway', 'process_cpu_seconds_total{service="gateway"} 1\n')).toEqual([])
})

test('open issues are ill, with count, first ids and the command to run next', () => {
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
    { subject: 'open issues', state: 'ill', detail: 'no answer: payment' },
  ])
})
