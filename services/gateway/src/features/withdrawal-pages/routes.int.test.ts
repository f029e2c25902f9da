// Pages of the withdrawal: two forms without scripts that make the two calls, in the reader's language, with every answer explained.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GatewayUnderTest, json, startGateway } from '../../fixtures.ts'

let t: GatewayUnderTest
beforeAll(async () => {
  t = await startGateway('in another process', { GATEWAY_RATE_AUTH_PER_MIN: '40' })
})
afterAll(() => t?.stop())
beforeEach(() => {
  t.service.seen.length = 0
})

const post = async (path: string, values: Record<string, string>, headers: Record<string, string> = {}) => {
  const answer = await fetch(t.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(values).toString(),
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
const claim = { number: 'CW-7QK4-XH2P', email: 'ada@example.net' }
const begin = (values: Record<string, string> = claim, query = '') => post(`/orders/withdraw${query}`, values)
const confirm = (values: Record<string, string> = { ...claim, code: '123456' }, query = '') =>
  post(`/orders/withdraw/confirm${query}`, values)
const problem = (status: number, body: object) => t.service.respondWith(json(body, status))
const sent = () => t.service.seen.map(({ method, url, body }) => [method, url, JSON.parse(body.toString())])

describe('the first step', () => {
  test('has a labelled form without scripts, which may be sent to this host only', async () => {
    const { status, text, headers } = await t.anonymous.get('/orders/withdraw?number=CW-7QK4-XH2P')
    expect(status).toBe(200)
    for (const name of ['number', 'email']) {
      expect(text).toContain(`<label for="${name}">`)
      expect(text).toMatch(new RegExp(`<input id="${name}" name="${name}"`))
    }
    expect(text).toContain('value="CW-7QK4-XH2P"')
    expect(text).toContain('<form method="post" action="/orders/withdraw?locale=en">')
    expect(text).not.toContain('<script')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("form-action 'self'")
    expect(policy).not.toContain('script-src')
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? ''
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  })

  test('makes the call, and asks for the code with the claim in the form', async () => {
    problem(202, { status: 'accepted' })
    const { status, text, headers } = await begin({ ...claim, number: ' cw 7qk4xh2p ' })
    expect(status).toBe(200)
    expect(sent()).toEqual([['POST', '/v1/withdrawals', { number: 'cw 7qk4xh2p', email: claim.email }]])
    expect(text).toContain('action="/orders/withdraw/confirm?locale=en"')
    expect(text).toContain('<input type="hidden" name="email" value="ada@example.net">')
    expect(text).toContain('autocomplete="one-time-code"')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('names the fields that are wrong, keeps what was typed, and escapes it', async () => {
    problem(400, { code: 'validation_failed', errors: [{ path: '/email', message: 'must be an address' }] })
    const { status, text } = await begin({ number: '"><script>alert(1)</script>', email: 'ada' })
    expect(status).toBe(400)
    expect(text).toMatch(/<input id="email"[^>]* value="ada" required aria-describedby="email-error" aria-invalid="true">/)
    expect(text).toContain('id="email-error">Please enter a whole e-mail address.')
    expect(text).not.toContain('number-error')
    expect(text).not.toContain('<script')
  })
})

describe('the second step', () => {
  test('makes the call and shows the receipt', async () => {
    problem(200, { withdrawalId: 'wdr_1', receipt: 'Received <now>\n2 × Mug & saucer' })
    const { status, text } = await confirm()
    expect(status).toBe(200)
    expect(sent()).toEqual([['POST', '/v1/withdrawals/confirm', { ...claim, code: '123456' }]])
    expect(text).toContain('<p>Received &lt;now&gt;</p><p>2 × Mug &amp; saucer</p>')
  })

  test.each([
    ['a wrong code', 400, { code: 'otp_invalid' }, 'id="code-error"'],
    ['a code of five digits', 400, { code: 'validation_failed', errors: [{ path: '/code', message: 'no' }] }, 'id="code-error"'],
    ['a changed number', 400, { code: 'validation_failed', errors: [{ path: '/number', message: 'no' }] }, 'id="number-error"'],
    ['too late', 409, { code: 'withdrawal_not_possible', refusal: 'too_late' }, 'The time for a withdrawal is over'],
    ['cancelled', 409, { code: 'withdrawal_not_possible', refusal: 'cancelled' }, 'no contract is left'],
  ])('%s is explained with status %i', async (_, status, body, words) => {
    problem(status, body)
    const answer = await confirm()
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(words)
  })

  test('a service that does not answer is told with the form, and the code is asked for again', async () => {
    problem(503, { code: 'upstream_unavailable' })
    const { status, text } = await confirm()
    expect(status).toBe(503)
    expect(text).toContain('role="alert"')
    expect(text).toContain('name="code"')
  })
})

test('every page is in German when the address or the browser asks for it', async () => {
  const german = { 'accept-language': 'de-AT' }
  expect((await t.anonymous.get('/orders/withdraw', { headers: german })).text).toContain('<html lang="de-AT">')
  problem(202, { status: 'accepted' })
  expect((await post('/orders/withdraw', claim, german)).text).toContain('Code eingeben')
  expect((await begin(claim, '?locale=de')).text).toContain('action="/orders/withdraw/confirm?locale=de"')
  problem(409, { code: 'withdrawal_not_possible', refusal: 'returned' })
  expect((await confirm(undefined, '?locale=de')).text).toContain('Alle Waren der Bestellung sind schon wieder bei uns.')
  problem(202, { status: 'accepted' })
  expect((await post('/orders/withdraw', claim, { 'accept-language': 'fr' })).text).toContain('<html lang="en">')
})

test('other content types are refused, and other routes take no forms', async () => {
  const text = await fetch(`${t.url}/orders/withdraw`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' })
  expect(text.status).toBe(415)
  const api = await post('/v1/admin/dead-letters/replay', claim)
  expect(api.status).not.toBe(200)
})

test('forms count as calls of the class auth, and a limited caller gets the form again', async () => {
  problem(202, { status: 'accepted' })
  let last = await begin()
  for (let turn = 0; turn < 40 && last.status === 200; turn++) last = await begin()
  expect(last.status).toBe(429)
  expect(last.headers.get('retry-after')).not.toBeNull()
  expect(last.text).toContain('role="alert"')
})
