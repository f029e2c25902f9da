// What measurements guarantee: cached results, no value after a failure, and a page that no measurement holds up.
import { createLogger, createMetrics, gauge } from '@cartwright/telemetry'
import { expect, test } from 'vitest'
import { createMeasuring, type Measurement } from './measurements.ts'

const log = createLogger('order', 'silent')

const openGauges = () => {
  const metrics = createMetrics('order')
  const gauges = metrics.open({
    plain: gauge('cartwright_plain', 'Without labels'),
    labelled: gauge('cartwright_labelled', 'With a label', { kind: null }),
  })
  return { gauges, page: () => metrics.registry.metrics() }
}

const counting = (gauges: ReturnType<typeof openGauges>['gauges'], more: Partial<Measurement<object>> = {}) => {
  let runs = 0
  const measurement: Measurement<object> = {
    name: 'counting',
    gauges: () => [gauges.plain, gauges.labelled],
    run: async () => {
      runs += 1
      gauges.plain.set(runs)
      gauges.labelled.set({ kind: 'a' }, runs)
    },
    ...more,
  }
  return { measurement, runs: () => runs }
}

test('a result is served again while it is young, and readers at the same time share one measurement', async () => {
  const { gauges, page } = openGauges()
  const { measurement, runs } = counting(gauges)
  const measure = createMeasuring([measurement], {}, { cacheSec: 60, log })
  await Promise.all([measure(), measure()])
  await measure()
  expect(runs()).toBe(1)
  expect(await page()).toContain('cartwright_plain{service="order"} 1')
})

test('a cache of zero seconds measures at every reading, also what is measured rarely', async () => {
  const { gauges } = openGauges()
  const { measurement, runs } = counting(gauges, { everySec: 60 })
  const measure = createMeasuring([measurement], {}, { cacheSec: 0, log })
  await measure()
  await measure()
  expect(runs()).toBe(2)
})

test('a gauge has no value while its measurement fails, and another gauge keeps its own', async () => {
  const { gauges, page } = openGauges()
  let isAway = false
  const { measurement } = counting(gauges)
  const failing: Measurement<object> = {
    ...measurement,
    run: async (context) => (isAway ? Promise.reject(new Error('the database is away')) : measurement.run(context)),
  }
  const other = openGauges()
  const measure = createMeasuring([failing, { ...counting(other.gauges).measurement, name: 'other' }], {}, { cacheSec: 0, log })
  await measure()
  isAway = true
  await measure()
  expect(await page()).not.toMatch(/^cartwright_/m)
  expect(await other.page()).toContain('cartwright_plain{service="order"} 2')
  isAway = false
  await measure()
  expect(await page()).toMatch(/^cartwright_labelled\{[^}]*kind="a"[^}]*\} 2$/m)
})

test('a measurement that hangs holds up the page for two seconds at most', async () => {
  const { gauges } = openGauges()
  const { measurement } = counting(gauges, { run: () => new Promise(() => undefined) })
  const measure = createMeasuring([measurement], {}, { cacheSec: 0, log })
  const started = performance.now()
  await measure()
  expect(performance.now() - started).toBeGreaterThan(1900)
})
