// Webhooks: signed, in order, retried until accepted, and every mode of fault injection.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type TestSandbox, testSandbox } from './test-sandbox.ts'

const paidTypes = ['payment_intent.succeeded', 'checkout.session.completed']
const buy = async (at: TestSandbox) => {
  const session = await at.open()
  await at.pay(session.id)
  return session
}

test('an event is retried until the shop accepts it', async () => {
  await using at = await testSandbox()
  at.answer(500)
  await buy(at)
  await at.sandbox.idle()
  expect((await at.stripe.events.list({ delivery_success: false })).data.map(({ type }) => type).sort()).toEqual(
    [...paidTypes].sort(),
  )
  at.answer(200)
  at.advance(120)
  expect((await at.types()).sort()).toEqual([...paidTypes].sort())
  expect((await at.stripe.events.list({ delivery_success: false })).data).toEqual([])
})

test('a dropped event never arrives, but the API lists it and it can be resent', async () => {
  await using at = await testSandbox()
  await at.control('/_sandbox/webhooks', { mode: 'drop', count: 1 })
  await buy(at)
  expect(await at.types()).toEqual(['checkout.session.completed'])
  const [lost, ...others] = (await at.stripe.events.list({ delivery_success: false, types: paidTypes })).data
  expect([lost?.type, others.length]).toEqual(['payment_intent.succeeded', 0])
  expect(await at.control(`/_sandbox/events/${lost?.id}/send`)).toEqual({ status: 200 })
  expect(await at.types()).toEqual(['payment_intent.succeeded'])
  expect((await at.stripe.events.retrieve(lost?.id ?? '')).pending_webhooks).toBe(0)
})

test('a duplicated event arrives as often as configured, with the same id', async () => {
  await using at = await testSandbox()
  await at.control('/_sandbox/webhooks', { mode: 'duplicate', copies: 3, types: ['checkout.session.completed'] })
  await buy(at)
  await at.sandbox.idle()
  expect(at.received.map(({ type }) => type)).toEqual([paidTypes[0], paidTypes[1], paidTypes[1], paidTypes[1]])
  expect(new Set(at.received.map(({ id }) => id)).size).toBe(2)
})

test('reordered events arrive last first', async () => {
  await using at = await testSandbox()
  await at.control('/_sandbox/webhooks', { mode: 'reorder' })
  await buy(at)
  expect(await at.types()).toEqual([...paidTypes].reverse())
})

test('delayed events arrive by the sandbox’s clock', async () => {
  await using at = await testSandbox()
  await at.control('/_sandbox/webhooks', { mode: 'delay', delaySec: 600 })
  await buy(at)
  expect(await at.types()).toEqual([])
  at.advance(601)
  expect((await at.types()).sort()).toEqual([...paidTypes].sort())
})

test('the control path for the clock makes delayed and retried events due, and not earlier', async () => {
  await using at = await testSandbox()
  const advance = (advanceSec: number) => at.control('/_sandbox/clock', { advanceSec })
  await at.control('/_sandbox/webhooks', { mode: 'delay', delaySec: 600 })
  await buy(at)
  await advance(300)
  expect(await at.types()).toEqual([])
  await advance(301)
  expect((await at.types()).sort()).toEqual([...paidTypes].sort())
  await at.control('/_sandbox/webhooks', { mode: 'deliver' })
  at.answer(500)
  await buy(at)
  await at.sandbox.idle()
  at.answer(200)
  await advance(120)
  expect((await at.types()).sort()).toEqual([...paidTypes].sort())
})

test('a delay that is longer than Node’s longest timer does not end at once', async () => {
  await using at = await testSandbox()
  await at.control('/_sandbox/webhooks', { mode: 'delay', delaySec: 30 * 86_400 })
  await buy(at)
  expect(await at.types()).toEqual([])
  await at.control('/_sandbox/clock', { advanceSec: 30 * 86_400 })
  expect((await at.types()).sort()).toEqual([...paidTypes].sort())
})

test('an unknown mode is refused by name', async () => {
  await using at = await testSandbox()
  expect(await at.control('/_sandbox/webhooks', { mode: 'lose' })).toMatchObject({ error: { param: 'mode' } })
  expect(await at.control('/_sandbox/clock', { advanceSec: 'soon' })).toMatchObject({ error: { param: 'advanceSec' } })
})

test('events that the webhook is not subscribed to are listed and not sent', async () => {
  await using at = await testSandbox({ enabledEvents: ['checkout.session.completed'] })
  await buy(at)
  expect(await at.types()).toEqual(['checkout.session.completed'])
  expect((await at.stripe.events.list({ type: 'charge.succeeded' })).data).toHaveLength(1)
  expect((await at.stripe.events.list({ delivery_success: false })).data).toEqual([])
})

test('webhook addresses can be set after the start, and each of them gets every event', async () => {
  await using one = await testSandbox()
  await using two = await testSandbox()
  await using at = await testSandbox({ webhookUrl: () => null })
  await buy(at)
  await at.sandbox.idle()
  at.sandbox.setWebhookUrls([one.shopUrl, two.shopUrl])
  at.advance(120)
  await at.sandbox.idle()
  for (const shop of [one, two]) expect(shop.received.map(({ type }) => type).sort()).toEqual([...paidTypes].sort())
})

test('a restarted sandbox has its sessions and charges, and sends the events that the shop has not accepted', async () => {
  const dataFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'state.jsonl')
  const first = await testSandbox({ dataFile })
  const paid = await buy(first)
  await first.types()
  first.answer(503)
  const open = await first.open()
  const late = await buy(first)
  await first[Symbol.asyncDispose]()
  await using second = await testSandbox({ dataFile })
  expect((await second.stripe.checkout.sessions.retrieve(paid.id)).payment_status).toBe('paid')
  const still = await second.stripe.checkout.sessions.retrieve(open.id)
  expect(still).toMatchObject({ status: 'open', url: `${second.sandbox.url}/c/pay/${open.id}` })
  await second.sandbox.idle()
  expect(second.received.map(({ data }) => (data.object as { id: string }).id)).toContain(late.id)
  expect((await second.pay(open.id)).status).toBe(303)
})

test('an incomplete last line of the data file loses only that line', async () => {
  const dataFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'state.jsonl')
  const first = await testSandbox({ dataFile })
  const { id } = await first.open()
  await first[Symbol.asyncDispose]()
  writeFileSync(dataFile, `${readFileSync(dataFile, 'utf8')}["sessions","cs_test_torn",{"id":"cs_te`)
  await using second = await testSandbox({ dataFile })
  expect((await second.stripe.checkout.sessions.list()).data.map((session) => session.id)).toEqual([id])
})
