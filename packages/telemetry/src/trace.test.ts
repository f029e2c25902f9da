// Labels of a trace: they follow the work, and two orders in one piece of work label no line.
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { labelWork, newTrace, runInTrace } from './trace.ts'

const labelsOfLine = (work: () => void): unknown => {
  const lines: Record<string, unknown>[] = []
  const log = createLogger('order', 'info', { write: (line) => void lines.push(JSON.parse(line)) })
  runInTrace(newTrace(), () => {
    work()
    log.info({}, 'a line')
  })
  return lines[0]?.['labels.order_id']
}

test('a label is on every later line of its work, and survives the storage of a trace as JSON', () => {
  expect(labelsOfLine(() => labelWork({ order_id: 'ord_1' }))).toBe('ord_1')
  const trace = newTrace()
  runInTrace({ ...trace }, () => labelWork({ order_id: 'ord_1' }))
  expect(JSON.parse(JSON.stringify(trace))).toMatchObject({ labels: { order_id: 'ord_1' } })
})

test('work that concerns two orders labels no line', () => {
  const two = () => {
    labelWork({ order_id: 'ord_1' })
    labelWork({ order_id: 'ord_2' })
    labelWork({ order_id: 'ord_2' })
  }
  expect(labelsOfLine(two)).toBeUndefined()
})

test('a trace that an older version stored without labels can be labelled, and outside a trace nothing is labelled', () => {
  const { labels: _, ...stored } = newTrace()
  runInTrace(stored, () => labelWork({ order_id: 'ord_1' }))
  expect(stored).toMatchObject({ labels: { order_id: 'ord_1' } })
  expect(() => labelWork({ order_id: 'ord_1' })).not.toThrow()
})
