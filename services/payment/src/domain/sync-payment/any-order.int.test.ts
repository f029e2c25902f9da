// Property tests: any permutation and repetition of an order's events ends in the same rows and publishes each change once.
import { signatureHeader } from '@cartwright/stripe-sandbox'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badCard, freshId, type PaymentFixture, startPaymentFixture, webhookSecret } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
  await fixture.control('/_sandbox/webhooks', { mode: 'drop' })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const send = async (body: string): Promise<void> => {
  const signature = signatureHeader(body, webhookSecret, Math.floor(fixture.service.clock.now().getTime() / 1000))
  const { status } = await fetch(`${fixture.service.url}/v1/webhooks/stripe`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
  })
  expect(status).toBe(200)
}

interface Scene {
  orderId: string
  sessionId: string
  intent: string
}
/** An order that was declined, paid, partly refunded and disputed at Stripe while every webhook was dropped. */
const createUnreportedOrder = async (): Promise<Scene> => {
  const { orderId, sessionId } = await fixture.open()
  await fixture.pay(sessionId, badCard)
  await fixture.pay(sessionId)
  const [charge] = (await fixture.ledger()).charges.filter(
    (candidate) => candidate.metadata.orderId === orderId && candidate.status === 'succeeded',
  )
  const intent = String(charge?.payment_intent)
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: intent, amount: 900 })
  await fixture.control('/_sandbox/disputes', { charge: charge?.id })
  return { orderId, sessionId, intent }
}

const eventOf = (type: string, { orderId, sessionId, intent }: Scene): string => {
  const metadata = { orderId }
  const objects: Record<string, object> = {
    checkout: { id: sessionId, object: 'checkout.session', metadata },
    payment_intent: { id: intent, object: 'payment_intent', metadata },
    charge: { id: 'ch_x', object: 'charge', payment_intent: intent, metadata: {} },
    refund: { id: 're_x', object: 'refund', payment_intent: intent, metadata: {} },
  }
  return JSON.stringify({ id: freshId('evt'), object: 'event', type, data: { object: objects[type.split('.')[0] ?? ''] } })
}

/** Resets the rows to the state right after the session opened. */
const forget = async ({ orderId }: Scene): Promise<void> => {
  await fixture.service.sql(
    `UPDATE payment SET state = 'open', captured_minor = 0, payment_intent_id = NULL, url = 'http://page', declined_charges = '[]' WHERE order_id = '${orderId}'`,
  )
  for (const table of ['payment_refund', 'payment_dispute'])
    await fixture.service.sql(`DELETE FROM ${table} WHERE order_id = '${orderId}'`)
  await fixture.service.sql(
    `DELETE FROM outbox_event WHERE aggregate_id = '${orderId}' AND event_type <> 'payment.session-opened'`,
  )
}

const outcome = async ({ orderId }: Scene) => ({
  payment: await fixture.row(orderId),
  refunds: await fixture.service.sql(
    `SELECT amount_minor, state, origin, stripe_refund_id FROM payment_refund WHERE order_id = '${orderId}'`,
  ),
  disputes: await fixture.service.sql(`SELECT id, status, amount_minor FROM payment_dispute WHERE order_id = '${orderId}'`),
  published: (await fixture.publishedNames(orderId)).sort(),
})

const types = [
  'checkout.session.completed',
  'payment_intent.succeeded',
  'charge.refunded',
  'checkout.session.expired',
  'payment_intent.payment_failed',
  'charge.dispute.created',
]

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))

const play = async (scene: Scene, sequence: readonly string[]) => {
  await forget(scene)
  for (const type of sequence) await send(eventOf(type, scene))
  await fixture.service.idle()
  return outcome(scene)
}

test('all 24 orders of completed, succeeded, refunded and expired end in the same row', async () => {
  const scene = await createUnreportedOrder()
  const first = await play(scene, types.slice(0, 4))
  expect(first.payment).toMatchObject({ state: 'paid', captured_minor: 2400 })
  expect(first.refunds).toMatchObject([{ amount_minor: 900, state: 'succeeded', origin: 'dashboard' }])
  expect(first.published).toEqual(['payment.refund-succeeded', 'payment.session-opened', 'payment.succeeded'])
  for (const sequence of permutations(types.slice(0, 4))) expect(await play(scene, sequence)).toEqual(first)
})

test('any order and repetition of six kinds of event ends in the same rows and publishes each change once', async () => {
  const scene = await createUnreportedOrder()
  const reference = await play(scene, types)
  expect(reference.disputes).toMatchObject([{ status: 'open', amount_minor: 1500 }])
  expect(reference.published).toEqual([
    'payment.attempt-declined',
    'payment.dispute-opened',
    'payment.refund-succeeded',
    'payment.session-opened',
    'payment.succeeded',
  ])
  const shuffledWithRepeats = fc
    .array(fc.constantFrom(...types), { maxLength: 6 })
    .chain((repeats) => fc.shuffledSubarray([...types, ...repeats], { minLength: types.length + repeats.length }))
  await fc.assert(
    fc.asyncProperty(shuffledWithRepeats, async (sequence) => {
      expect(await play(scene, sequence)).toEqual(reference)
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

type Step = 'decline' | 'pay' | 'refund' | 'dispute' | 'close' | 'deliver' | 'deliver twice'

/** One step at Stripe; steps that are impossible in the current state are skipped. */
const applyStep = async (step: Step, scene: { orderId: string; sessionId: string }): Promise<void> => {
  const { charges, sessions } = await fixture.ledger()
  const paid = charges.find((charge) => charge.metadata.orderId === scene.orderId && charge.status === 'succeeded')
  const open = sessions.find((session) => session.id === scene.sessionId)?.status === 'open'
  if (step === 'decline' && open) await fixture.pay(scene.sessionId, badCard)
  if (step === 'pay' && open) await fixture.pay(scene.sessionId)
  if (step === 'close' && open) await fixture.stripe.checkout.sessions.expire(scene.sessionId)
  if (step === 'refund' && paid && !paid.disputed && paid.amount_refunded + 500 <= paid.amount)
    await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: paid.payment_intent, amount: 500 })
  if (step === 'dispute' && paid && !paid.disputed) await fixture.control('/_sandbox/disputes', { charge: paid.id })
}

/** Delivers the dropped webhooks, newest first. */
const deliver = async (scene: { orderId: string }, delivered: Set<string>, times: number): Promise<void> => {
  const waiting = (await fixture.events()).filter((event) => !delivered.has(event.id) && event.delivery === 'dropped').reverse()
  for (const event of waiting) {
    delivered.add(event.id)
    for (let time = 0; time < times; time++) await fixture.control(`/_sandbox/events/${event.id}/send`)
  }
  await fixture.service.idle()
  expect(scene.orderId).toMatch(/^ord_/)
}

test('after any sequence at Stripe and any order of webhooks, the rows agree with Stripe', async () => {
  const steps = fc.array(fc.constantFrom<Step>('decline', 'pay', 'refund', 'dispute', 'close', 'deliver', 'deliver twice'), {
    minLength: 3,
    maxLength: 9,
  })
  const delivered = new Set<string>()
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const scene = await fixture.open()
      for (const step of story) {
        if (step === 'deliver') await deliver(scene, delivered, 1)
        else if (step === 'deliver twice') await deliver(scene, delivered, 2)
        else await applyStep(step, scene)
      }
      await deliver(scene, delivered, 1)
      const { charges, refunds, sessions } = await fixture.ledger()
      const mine = charges.filter((charge) => charge.metadata.orderId === scene.orderId)
      const paid = mine.find((charge) => charge.status === 'succeeded')
      const session = sessions.find(({ id }) => id === scene.sessionId)
      const row = await fixture.row(scene.orderId)
      expect(row.state).toBe(paid ? 'paid' : session?.status === 'expired' ? 'expired' : 'open')
      expect(row.captured_minor).toBe(paid?.amount_captured ?? 0)
      const local = await fixture.service.sql(
        `SELECT stripe_refund_id FROM payment_refund WHERE order_id = '${scene.orderId}' AND state = 'succeeded' ORDER BY stripe_refund_id`,
      )
      expect(local.map((refund: { stripe_refund_id: string }) => refund.stripe_refund_id)).toEqual(
        refunds
          .filter((refund) => paid && refund.charge === paid.id)
          .map(({ id }) => id)
          .sort(),
      )
      const published = await fixture.publishedNames(scene.orderId)
      expect(published.filter((name) => name === 'payment.succeeded')).toHaveLength(paid ? 1 : 0)
      expect(published.filter((name) => name === 'payment.attempt-declined')).toHaveLength(
        mine.filter((charge) => charge.status === 'failed').length,
      )
    }),
    { numRuns: 12, endOnFailure: true },
  )
}, 120_000)
