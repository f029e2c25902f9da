// Assertion that a checkout is refused and writes nothing: no order, no event, no idempotency key.
import { expect } from 'vitest'
import type { OrderUnderTest } from '../../fixtures.ts'

const counts =
  'SELECT (SELECT COUNT(*) FROM customer_order) AS orders, (SELECT COUNT(*) FROM outbox_event) AS events, (SELECT COUNT(*) FROM idempotency_key) AS used_keys'

/** @param order read at each call, since it is started before the tests */
export const refusal =
  (order: () => OrderUnderTest) =>
  async (attempt: () => Promise<{ status: number; body: unknown }>, status: number, body: object): Promise<void> => {
    const before = await order().t.sql(counts)
    expect(await attempt()).toMatchObject({ status, body })
    expect(await order().t.sql(counts)).toEqual(before)
  }
