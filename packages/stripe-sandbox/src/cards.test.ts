// Test cards on the hosted page: a session is paid once, and a decline charges nothing.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestSandbox, testSandbox } from './test-sandbox.ts'

let at: TestSandbox
beforeAll(async () => {
  at = await testSandbox()
})
afterAll(() => at[Symbol.asyncDispose]())
beforeEach(() => at.types())

test('a valid card pays once, also when the form is sent ten times, and leads back to the shop', async () => {
  const session = await at.open()
  expect(session).toMatchObject({ amount_total: 1400, status: 'open', payment_intent: null })
  const answers = await Promise.all(Array.from({ length: 10 }, () => at.pay(session.id)))
  const paid = answers.filter((answer) => answer.status === 303)
  expect(paid.map((answer) => answer.headers.get('location'))).toEqual([`http://127.0.0.1/ok?s=${session.id}`])
  const after = await at.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
  expect(after).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    payment_intent: { amount_received: 1400, metadata: { orderId: 'ord_1' } },
  })
  expect(await at.types()).toEqual(['payment_intent.succeeded', 'checkout.session.completed'])
})

test.each([
  ['4000000000000002', 'Your card was declined', 'generic_decline'],
  ['4000 0000 0000 9995', 'insufficient funds', 'insufficient_funds'],
  ['4000-0000-0000-0069', 'has expired', 'expired_card'],
])('the card %s is declined on the page (%s), and another one pays', async (card, text, code) => {
  const session = await at.open()
  const typed = { email: 'bob@example.com', holder: 'Bob', expiry: '11 / 33', cvc: '987' }
  const declined = await at.pay(session.id, card, typed)
  expect(declined.status).toBe(402)
  const page = await declined.text()
  expect(page).toContain(text)
  for (const kept of [typed.email, typed.holder, typed.expiry, card]) expect(page).toContain(`value="${kept}"`)
  expect(/<input id="cvc"[^>]*>/.exec(page)?.[0]).toContain('value=""')
  const open = await at.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] })
  expect(open).toMatchObject({
    status: 'open',
    payment_intent: {
      status: 'requires_payment_method',
      last_payment_error: { decline_code: code },
      latest_charge: { status: 'failed', outcome: { reason: code } },
    },
  })
  expect((await at.pay(session.id)).status).toBe(303)
  expect(await at.types()).toEqual(['payment_intent.payment_failed', 'payment_intent.succeeded', 'checkout.session.completed'])
})

test('a 3-D Secure card pays only when the step is confirmed', async () => {
  const session = await at.open()
  const step = `${at.sandbox.url}/c/pay/${session.id}/3ds`
  const answer = (outcome: string) => fetch(step, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ outcome }) })
  expect((await at.pay(session.id, '4000002500003155')).headers.get('location')).toBe(`/c/pay/${session.id}/3ds`)
  expect(await (await fetch(step)).text()).toContain('€14.00')
  expect((await answer('fail')).status).toBe(402)
  await at.pay(session.id, '4000002500003155')
  expect((await answer('complete')).status).toBe(303)
  expect((await answer('complete')).status).toBe(409)
})

test.each([
  ['a number that fails its check digit', '4242424242424241', {}, 'card number is invalid'],
  ['no number', '', {}, 'card number is invalid'],
  ['an expiry in the past', '4242424242424242', { expiry: '01 / 20' }, 'expiration date is in the past'],
  ['a malformed expiry', '4242424242424242', { expiry: '13/30' }, 'expiration date is incomplete'],
])('a card form with %s is refused without a payment intent', async (_, card, more, text) => {
  const session = await at.open()
  const answer = await at.pay(session.id, card, more)
  expect(answer.status).toBe(400)
  const page = await answer.text()
  expect(page).toContain(text)
  expect(/<input id="cardNumber"[^>]*>/.exec(page)?.[0]).toContain(`value="${card}"`)
  expect((await at.stripe.checkout.sessions.retrieve(session.id)).payment_intent).toBeNull()
})

test('the page shows the order, escapes its texts, and loads no external asset', async () => {
  const session = await at.open()
  const response = await fetch(session.url ?? '')
  const page = await response.text()
  expect(page).not.toContain('<b>saucer')
  expect(page).toContain('Qty 2')
  expect(page).toContain('€14.00')
  expect(page).toContain('href="http://127.0.0.1/no"')
  expect(page).not.toMatch(/(?:src|href)="https?:\/\/(?!127\.0\.0\.1)/)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('the page speaks the language of the session, else that of the browser, and shows descriptions', async () => {
  const item = {
    quantity: 2,
    price_data: { currency: 'jpy', unit_amount: 700, product_data: { name: 'Tasse', description: 'Sale <−¥100>' } },
  }
  const textOf = async (locale: 'de' | 'auto' | 'fr', accepted: string) => {
    const session = await at.open({ line_items: [item], locale })
    return (await fetch(session.url ?? '', { headers: { 'accept-language': accepted } })).text()
  }
  const german = await textOf('de', 'en')
  for (const words of ['<html lang="de">', 'Menge 2', 'je 700', 'Zu zahlen', 'Sale &lt;−¥100&gt;', 'Mit Karte zahlen'])
    expect(german).toContain(words)
  expect(german).not.toMatch(/Qty|Total due|Pay with card/)
  expect(await textOf('auto', 'de-AT, en;q=0.5')).toContain('<html lang="de">')
  expect(await textOf('fr', 'de')).toContain('<html lang="en">')
  const session = await at.open({ locale: 'de' })
  expect(await (await at.pay(session.id, '4000000000000002')).text()).toContain('Ihre Karte wurde abgelehnt.')
  await expect(at.open({ locale: 'klingon' as 'de' })).rejects.toMatchObject({ param: 'locale' })
})

test('more than a hundred line items are refused', async () => {
  const item = { quantity: 1, price_data: { currency: 'eur', unit_amount: 100, product_data: { name: 'Pin' } } }
  await expect(at.open({ line_items: Array.from({ length: 101 }, () => item) })).rejects.toMatchObject({ param: 'line_items' })
  expect((await at.open({ line_items: Array.from({ length: 100 }, () => item) })).amount_total).toBe(10_000)
})

test('the form shows its input again after a failed 3-D Secure step, and escapes it', async () => {
  const session = await at.open()
  await at.pay(session.id, '4000 0025 0000 3155', { holder: 'Dana "><script>', expiry: '10 / 31' })
  const failed = await fetch(`${at.sandbox.url}/c/pay/${session.id}/3ds`, {
    method: 'POST',
    body: new URLSearchParams({ outcome: 'fail' }),
  })
  const page = await failed.text()
  expect(failed.status).toBe(402)
  expect(page).toContain('value="4000 0025 0000 3155"')
  expect(page).toContain('value="10 / 31"')
  const hostile = await (await at.pay(session.id, '"><script>alert(1)</script>', { expiry: '"><i>' })).text()
  expect(hostile).not.toContain('"><script>alert')
  expect(hostile).not.toContain('"><i>')
})

test('a test card can be picked without scripts', async () => {
  const session = await at.open()
  const page = await (await fetch(`${session.url}?card=4000000000000002`)).text()
  expect(page).toContain(
    'name="cardNumber" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" aria-label="Card number" value="4000 0000 0000 0002"',
  )
  expect(await (await fetch(`${session.url}?card="><script>`)).text()).not.toContain('"><script>"')
})

test('the pages of expired, paid and unknown sessions say so', async () => {
  const [expired, paid] = [await at.open(), await at.open()]
  await at.stripe.checkout.sessions.expire(expired.id)
  await at.pay(paid.id)
  const show = async (id: string) => (await fetch(`${at.sandbox.url}/c/pay/${id}`)).text()
  expect(await show(expired.id)).toContain('has expired')
  expect(await show(paid.id)).toContain('This order is paid')
  expect(await show('cs_test_nothing')).toContain('Nothing to pay here')
  expect((await at.pay(expired.id)).status).toBe(409)
})

test('a delayed payment completes the session first and is settled later', async () => {
  const [good, bad] = [await at.open(), await at.open()]
  for (const { id } of [good, bad]) await at.control(`/_sandbox/sessions/${id}/pay-later`)
  expect(await at.stripe.checkout.sessions.retrieve(good.id, { expand: ['payment_intent'] })).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
    payment_intent: { status: 'processing' },
  })
  await at.control(`/_sandbox/sessions/${good.id}/settle`, { success: true })
  await at.control(`/_sandbox/sessions/${bad.id}/settle`, { success: false })
  expect((await at.stripe.checkout.sessions.retrieve(good.id)).payment_status).toBe('paid')
  expect((await at.stripe.checkout.sessions.retrieve(bad.id)).payment_status).toBe('unpaid')
  expect(await at.types()).toEqual(
    expect.arrayContaining(['checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed']),
  )
})

test('sessions expire by the injected clock and by the control path', async () => {
  await using fresh = await testSandbox()
  const first = await fresh.open()
  await fresh.control('/_sandbox/clock', { advanceSec: 1900 })
  expect(await fresh.stripe.checkout.sessions.retrieve(first.id)).toMatchObject({ status: 'expired', url: null })
  const second = await fresh.open()
  fresh.advance(1900)
  expect((await fresh.stripe.checkout.sessions.retrieve(second.id)).status).toBe('expired')
  expect(await fresh.types()).toEqual(['checkout.session.expired', 'checkout.session.expired'])
})

test('the start page shows payments and links to open payment pages', async () => {
  await using fresh = await testSandbox()
  expect(await (await fetch(fresh.sandbox.url)).text()).toContain('No payment page was opened yet')
  const [paid, open] = [await fresh.open({ customer_email: 'alice@example.com' }), await fresh.open()]
  await fresh.pay(paid.id)
  const page = await (await fetch(fresh.sandbox.url)).text()
  expect(page).toContain('€14.00')
  expect(page).toContain(`href="/c/pay/${open.id}"`)
  expect(page).not.toContain(`href="/c/pay/${paid.id}"`)
})
