// Unit tests of the rules of promotion uses.
import { expect, test } from 'vitest'
import { findCounterViolation, findUseViolation } from './promotion-rules.ts'

test('a counter that says what orders hold, up to its limit, violates no rule', () => {
  expect(findCounterViolation({ used: 10, maxUses: 10, held: 10 })).toBeNull()
  expect(findCounterViolation({ used: 0, maxUses: 1, held: 0 })).toBeNull()
  expect(findCounterViolation({ used: 99, maxUses: null, held: 99 })).toBeNull()
})

test('a counter that says another number than orders hold, or more than its limit, violates a rule', () => {
  expect(findCounterViolation({ used: 9, maxUses: 10, held: 10 })).toBe('counts 9, and orders hold 10')
  expect(findCounterViolation({ used: 11, maxUses: 10, held: 11 })).toBe('is used 11 times, and its limit is 10')
})

const held = { promotionId: 'prm_1', isGivenBack: false }

test('an order that holds its uses, or has given them back when it was cancelled unpaid, violates no rule', () => {
  expect(findUseViolation({ isCancelledUnpaid: false, discounted: ['prm_1', 'prm_1'], uses: [held] })).toBeNull()
  expect(findUseViolation({ isCancelledUnpaid: true, discounted: [], uses: [{ ...held, isGivenBack: true }] })).toBeNull()
})

test('an order without a use of its discount, or with one in the wrong state, violates a rule', () => {
  expect(findUseViolation({ isCancelledUnpaid: false, discounted: ['prm_1', 'prm_2'], uses: [held] })).toContain('no use of it')
  expect(findUseViolation({ isCancelledUnpaid: true, discounted: ['prm_1'], uses: [held] })).toContain('keeps its use')
  expect(findUseViolation({ isCancelledUnpaid: false, discounted: [], uses: [{ ...held, isGivenBack: true }] })).toContain(
    'goes on',
  )
})
