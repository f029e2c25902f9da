// Labels of log lines: by which values operators find lines.
import { expect, test } from 'vitest'
import { labelsOf } from './log-labels.ts'

test('an order’s id in an event, in parameters or in a job labels lines, and nothing else does', () => {
  expect(labelsOf({ orderId: 'ord_1', email: 'ann@example.net' })).toEqual({ order_id: 'ord_1' })
  for (const value of [null, undefined, 'ord_1', 7, [], {}, { orderId: 7 }]) expect(labelsOf(value)).toEqual({})
})
