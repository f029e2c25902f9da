// Scenario of what follows a sale: operators cancel units and ship others at the same instant, and shipped goods come back.
import { randomUUID } from 'node:crypto'
import type { AdminOrder, Return } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { payOnPage, type SimulatedUser } from '../shoppers/simulated-user.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { forEachConcurrently, numbers, placeOrderWithPage, waitForOrder } from './steps.ts'

const units = 4

/** Two operators cancel, two ship; each call names units of its own, together more than there are. @returns the order afterwards */
const cancelAndShip = async ({ admin }: Fixture, orderId: string, lineId: string, sku: string): Promise<AdminOrder | null> => {
  const call = (action: string, path: string, body: object) =>
    admin.callWithRetry('POST', `/v1/admin/orders/${orderId}/${path}`, { key: randomUUID(), body, action, orderId })
  const cancelUnits = (quantity: number) => call('cancel-lines', 'cancel', { reason: 'broken', lines: [{ lineId, quantity }] })
  const ship = (quantity: number) =>
    call('ship-part', 'ship', { carrier: 'DHL', trackingNumber: 'T-1', lines: [{ sku, quantity }] })
  await Promise.all([cancelUnits(1), ship(2), cancelUnits(2), ship(1)])
  const answer = await admin.callWithRetry<AdminOrder>('GET', `/v1/admin/orders/${orderId}`, { quiet: true })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

/** One shipped unit comes back; every step is called twice. */
const sendBack = async ({ admin, expect }: Fixture, user: SimulatedUser, orderId: string, lineId: string): Promise<void> => {
  const body = { lines: [{ lineId, quantity: 1, reason: 'other' }] }
  const asked = await user.callWithRetry<Return>('POST', `/v1/orders/${orderId}/returns`, {
    key: randomUUID(),
    body,
    action: 'return',
  })
  if (asked.kind !== 'answer' || asked.status !== 201) return expect(false, `no return of ${orderId} could be requested`)
  const steps: [string, object][] = [
    ['approve', {}],
    ['receive', { lines: [{ lineId, quantity: 1, restock: true }] }],
    ['refund', {}],
  ]
  for (const [step, content] of steps)
    await Promise.all(
      [1, 2].map(() =>
        admin.callWithRetry('POST', `/v1/admin/returns/${asked.body.id}/${step}`, {
          key: randomUUID(),
          body: content,
          action: `return-${step}`,
        }),
      ),
    )
}

export const cancelUnitsVersusShip = (rounds: number): Scenario => ({
  name: 'cancel-units-vs-ship',
  about: `Operators cancel units and ship others at the same instant, ${rounds} times, and a shipped unit comes back: no unit goes two ways.`,
  restSec: 150,
  floors: { paid: rounds, unitsCancelled: Math.floor(rounds / 2), received: Math.floor(rounds / 2) },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: rounds * units })
    await forEachConcurrently(numbers(rounds), 4, async (number) => {
      const { user, orderId, url } = await placeOrderWithPage(fixture, `shopper-${number}`, sku, units)
      await payOnPage(user, orderId, url, cards.pays, fixture.journal)
      const order = await waitForOrder(user, orderId, ({ status }) => status === 'processing')
      const lineId = order?.lines[0]?.id
      if (order?.status !== 'processing' || lineId === undefined) return fixture.expect(false, `${orderId} is ${order?.status}`)
      const after = await cancelAndShip(fixture, orderId, lineId, sku)
      if (after === null || after.shipments.length === 0) return fixture.expect(false, `nothing of ${orderId} was shipped`)
      await sendBack(fixture, user, orderId, lineId)
    })
  },
})
