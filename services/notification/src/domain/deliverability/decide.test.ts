// Tests of the rules of undeliverable addresses.
import { describe, expect, test } from 'vitest'
import { templates } from '../templates/catalogue.ts'
import { isSentAnyway, nextMark } from './decide.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute))
const marked = (reason: 'bounce' | 'complaint', minute: number, cleared: number | null = null) => ({
  reason,
  marked_at: at(minute),
  cleared_at: cleared === null ? null : at(cleared),
})

describe('an event about an address with a mark', () => {
  test.each([
    ['a later bounce moves the time', marked('bounce', 5), 'bounce', 9, marked('bounce', 9)],
    ['an earlier bounce changes nothing', marked('bounce', 5), 'bounce', 1, null],
    ['a complaint outranks a bounce', marked('bounce', 5), 'complaint', 9, marked('complaint', 9)],
    ['an earlier complaint outranks a bounce and keeps its time', marked('bounce', 5), 'complaint', 1, marked('complaint', 5)],
    ['a bounce leaves a complaint as it is', marked('complaint', 5), 'bounce', 9, null],
    ['an event from before the clearing changes nothing', marked('bounce', 5, 7), 'complaint', 6, null],
    ['an event after the clearing marks the address again', marked('complaint', 5, 7), 'bounce', 8, marked('bounce', 8)],
  ] as const)('%s', (_, known, reason, minute, expected) => {
    expect(nextMark(known, { reason, at: at(minute) })).toEqual(expected)
  })
})

test('an undeliverable address still gets codes, security notices and alerts, and nothing else', () => {
  expect(Object.keys(templates).filter((name) => !isSentAnyway(name))).toEqual([
    'already-registered',
    'welcome',
    'order-confirmed',
    'order-shipped',
    'order-delivered',
    'order-cancelled',
    'order-lines-cancelled',
    'return-requested',
    'return-approved',
    'return-rejected',
    'return-received',
    'payment-declined',
    'refund-succeeded',
    'refund-failed',
  ])
})
