// What the registry guarantees: declared metrics with their labels, and counters that begin with 0.
import { expect, test } from 'vitest'
import { counter, gauge, histogram } from './declare-metric.ts'
import { createMetrics } from './metrics.ts'

test('a counter whose label values are known begins with 0 in every series, another one has no series yet', async () => {
  const { open, registry } = createMetrics('order')
  open({
    known: counter('cartwright_known_total', 'Known', { a: ['1', '2'], b: ['x'] }),
    unknown: counter('cartwright_unknown_total', 'Unknown', { a: ['1'], b: null }),
  })
  const page = await registry.metrics()
  expect(page.match(/^cartwright_\w+\{.*$/gm)).toEqual([
    'cartwright_known_total{a="1",b="x",service="order"} 0',
    'cartwright_known_total{a="2",b="x",service="order"} 0',
  ])
})

test('a metric has the declared type, help text and buckets, and refuses a label that is not declared', async () => {
  const { open, registry } = createMetrics('order')
  const { seconds, size } = open({
    seconds: histogram('cartwright_seconds', 'Duration', [0.1, 1], { kind: null }),
    size: gauge('cartwright_size', 'Size'),
  })
  seconds.observe({ kind: 'a' }, 0.5)
  size.set(3)
  const page = await registry.metrics()
  expect(page).toContain('# HELP cartwright_seconds Duration\n# TYPE cartwright_seconds histogram\n')
  expect(page).toContain('cartwright_seconds_bucket{le="1",service="order",kind="a"} 1')
  expect(page).toContain('cartwright_size{service="order"} 3')
  expect(() => seconds.observe({ colour: 'red' } as never, 1)).toThrow(/label/)
})
