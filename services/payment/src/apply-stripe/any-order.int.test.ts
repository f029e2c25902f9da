// Any permutation and repetition of an order's events ends in the same rows, and each fact is told once.
import { signatureHeader } from '@cartwright/stripe-sandbox'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badCard, freshId, type PaymentLab, startPaymentLab, webhookSecret } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
  await lab.control('/_sandbox/webhooks', { mode: 'drop' })
})
afterAll(() => lab[Symbol.asyncDispose]())

const send = async (body: string): Promise<void> => {
  const signature = signatureHeader(body, webhookSecret, Math.floor(lab.service.clock.now().getTime() / 1000))
  const { status } = await fetch(`${lab.service.url}/v1/webhooks/stripe`, {
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
/** Declined, paid, partly refunded by hand and disputed, of which the shop has heard nothing. */
const aSilentStory = async (): Promise<Scene> => {
  const { orderId, sessionId } = await lab.open()
  await lab.pay(sessionId, badCard)
  await lab.pay(sessionId)
  const [charge] = (await lab.ledger()).charges.filter(
    (candidate) => candidate.metadata.orderId === orderId && candidate.status === 'succeeded',
  )
  const intent = String(charge?.payment_intent)
  await lab.control('/_sandbox/dashboard-refund', { paymentIntent: intent, amount: 900 })
  await lab.control('/_sandbox/disputes', { charge: charge?.id })
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

/** As if nothing had been heard since the page opened. */
const forget = async ({ orderId }: Scene): Promise<void> => {
  await lab.service.sql(
    `UPDATE payment SET state = 'open', captured_minor = 0, payment_intent_id = NULL, url = 'http://page', declined_charges = '[]' WHERE order_id = '${orderId}'`,
  )
  for (const table of ['payment_refund', 'payment_dispute'])
    await lab.service.sql(`DELETE FROM ${table} WHERE order_id = '${orderId}'`)
  await lab.service.sql(`DELETE FROM outbox_event WHERE aggregate_id = '${orderId}' AND event_type <> 'payment.session-opened'`)
}

const outcome = async ({ orderId }: Scene) => ({
  payment: await lab.row(orderId),
  refunds: await lab.service.sql(
    `SELECT amount_minor, state, origin, stripe_refund_id FROM payment_refund WHERE order_id = '${orderId}'`,
  ),
  disputes: await lab.service.sql(`SELECT id, status, amount_minor FROM payment_dispute WHERE order_id = '${orderId}'`),
  told: (await lab.told(orderId)).sort(),
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
  await lab.service.idle()
  return outcome(scene)
}

test('all 24 orders of completed, succeeded, refunded and expired end in one row', async () => {
  const scene = await aSilentStory()
  const first = await play(scene, types.slice(0, 4))
  expect(first.payment).toMatchObject({ state: 'paid', captured_minor: 2400 })
  expect(first.refunds).toMatchObject([{ amount_minor: 900, state: 'succeeded', origin: 'dashboard' }])
  expect(first.told).toEqual(['payment.refund-succeeded', 'payment.session-opened', 'payment.succeeded'])
  for (const sequence of permutations(types.slice(0, 4))) expect(await play(scene, sequence)).toEqual(first)
})

test('any order and repetition of six kinds of event ends in the same rows, each fact told once', async () => {
  const scene = await aSilentStory()
  const reference = await play(scene, types)
  expect(reference.disputes).toMatchObject([{ status: 'open', amount_minor: 1500 }])
  expect(reference.told).toEqual([
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

type Step = 'decline' | 'pay' | 'refund' | 'dispute' | 'close' | 'hear' | 'hear twice'

/** One thing that happens at Stripe; impossible ones are passed over, as a shopper or operator would be. */
const happen = async (step: Step, scene: { orderId: string; sessionId: string }): Promise<void> => {
  const { charges, sessions } = await lab.ledger()
  const paid = charges.find((charge) => charge.metadata.orderId === scene.orderId && charge.status === 'succeeded')
  const open = sessions.find((session) => session.id === scene.sessionId)?.status === 'open'
  if (step === 'decline' && open) await lab.pay(scene.sessionId, badCard)
  if (step === 'pay' && open) await lab.pay(scene.sessionId)
  if (step === 'close' && open) await lab.stripe.checkout.sessions.expire(scene.sessionId)
  if (step === 'refund' && paid && !paid.disputed && paid.amount_refunded + 500 <= paid.amount)
    await lab.control('/_sandbox/dashboard-refund', { paymentIntent: paid.payment_intent, amount: 500 })
  if (step === 'dispute' && paid && !paid.disputed) await lab.control('/_sandbox/disputes', { charge: paid.id })
}

/** Delivers what was held back, newest first. */
const hear = async (scene: { orderId: string }, heard: Set<string>, times: number): Promise<void> => {
  const waiting = (await lab.events()).filter((event) => !heard.has(event.id) && event.delivery === 'dropped').reverse()
  for (const event of waiting) {
    heard.add(event.id)
    for (let time = 0; time < times; time++) await lab.control(`/_sandbox/events/${event.id}/send`)
  }
  await lab.service.idle()
  expect(scene.orderId).toMatch(/^ord_/)
}

test('whatever happens at Stripe, and whenever it is heard, our rows end as Stripe’s ledger says', async () => {
  const steps = fc.array(fc.constantFrom<Step>('decline', 'pay', 'refund', 'dispute', 'close', 'hear', 'hear twice'), {
    minLength: 3,
    maxLength: 9,
  })
  const heard = new Set<string>()
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const scene = await lab.open()
      for (const step of story) {
        if (step === 'hear') await hear(scene, heard, 1)
        else if (step === 'hear twice') await hear(scene, heard, 2)
        else await happen(step, scene)
      }
      await hear(scene, heard, 1)
      const { charges, refunds, sessions } = await lab.ledger()
      const mine = charges.filter((charge) => charge.metadata.orderId === scene.orderId)
      const paid = mine.find((charge) => charge.status === 'succeeded')
      const session = sessions.find(({ id }) => id === scene.sessionId)
      const row = await lab.row(scene.orderId)
      expect(row.state).toBe(paid ? 'paid' : session?.status === 'expired' ? 'expired' : 'open')
      expect(row.captured_minor).toBe(paid?.amount_captured ?? 0)
      const ours = await lab.service.sql(
        `SELECT stripe_refund_id FROM payment_refund WHERE order_id = '${scene.orderId}' AND state = 'succeeded' ORDER BY stripe_refund_id`,
      )
      expect(ours.map((refund: { stripe_refund_id: string }) => refund.stripe_refund_id)).toEqual(
        refunds
          .filter((refund) => paid && refund.charge === paid.id)
          .map(({ id }) => id)
          .sort(),
      )
      const told = await lab.told(scene.orderId)
      expect(told.filter((name) => name === 'payment.succeeded')).toHaveLength(paid ? 1 : 0)
      expect(told.filter((name) => name === 'payment.attempt-declined')).toHaveLength(
        mine.filter((charge) => charge.status === 'failed').length,
      )
    }),
    { numRuns: 12, endOnFailure: true },
  )
}, 120_000)
