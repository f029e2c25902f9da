// The edge of a service by itself: what it takes as a request, and how it ends what does not arrive.
import { gzipSync } from 'node:zlib'
import { openRaw, parseAnswer, sendRaw, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
const customer = { id: 'usr_1', role: 'customer', email: 'a@example.com' } as const
const uploadTimeoutMs = 800

beforeAll(async () => {
  tiny = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red', UPLOAD_TIMEOUT_MS: String(uploadTimeoutMs) } })
})
afterAll(() => tiny.stop())

const send = async (body: string | Buffer, headers: Record<string, string>) => {
  const response = await fetch(`${tiny.url}/v1/things`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { authorization: `Bearer ${await tiny.token(customer)}`, 'idempotency-key': `k${Math.random()}`, ...headers },
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
const thing = Buffer.from('{"name":"x"}')

describe('a body', () => {
  test.each([
    ['JSON called text', 'text/plain'],
    ['JSON without a name', ''],
    ['a form', 'application/x-www-form-urlencoded'],
    ['several parts', 'multipart/form-data; boundary=x'],
    ['JSON of another kind', 'application/merge-patch+json'],
    ['no media type at all', 'json'],
  ])('that is %s is 415, which says what is taken', async (_, type) => {
    // A body of bytes has no media type of its own.
    const answer = await send(thing, type === '' ? {} : { 'content-type': type })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    expect(answer.headers.get('accept')).toBe('application/json')
  })

  test.each([
    ['gzip', gzipSync(thing)],
    ['br', thing],
    ['identity, gzip', gzipSync(thing)],
    ['aws-chunked', thing],
  ])('in the coding %s is 415, which says that none is taken', async (coding, bytes) => {
    const answer = await send(bytes, { 'content-type': 'application/json', 'content-encoding': coding })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    expect(answer.headers.get('accept-encoding')).toBe('identity')
  })

  test.each(['identity', ' Identity '])('in the coding %s is taken', async (coding) => {
    const body = JSON.stringify({ name: `in ${coding}` })
    expect(await send(body, { 'content-type': 'application/json', 'content-encoding': coding })).toMatchObject({ status: 201 })
  })

  test.each([
    ['a lone byte', Buffer.from([0x22, 0xff, 0x22])],
    ['Latin-1', Buffer.from('{"name":"Zoë"}', 'latin1')],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
    ['an overlong slash', Buffer.from([...Buffer.from('{"name":"'), 0xc0, 0xaf, ...Buffer.from('"}')])],
    ['half a surrogate pair', Buffer.from([...Buffer.from('{"name":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
    ['a character that is cut off', Buffer.from('{"name":"é"}').subarray(0, 10)],
  ])('with %s is 400', async (_, bytes) => {
    expect(await send(bytes, { 'content-type': 'application/json' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    })
  })

  test.each(['null', '[]', '"x"', '5', 'true', ' null '])('that is %s is no object: 400', async (body) => {
    expect(await send(body, { 'content-type': 'application/json' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/', message: 'must be object' }] },
    })
    expect(await tiny.anonymous.post('/v1/options', body)).toMatchObject({ status: 400, body: { errors: [{ path: '/' }] } })
  })

  test('that may be left out is an empty object when it is', async () => {
    for (const body of [undefined, '', '{}'])
      expect(await tiny.anonymous.post('/v1/options', body)).toMatchObject({ status: 200, body: { members: 0 } })
  })
})

describe('an address', () => {
  test.each(['/v1/things?limit=%ff', '/v1/things/%c0%af', '/v1/things?x=%ed%a0%80', '/v1/things?a%80=1'])(
    '%s is 400',
    async (path) => {
      expect(await tiny.anonymous.get(path)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    },
  )

  test.each(['utf8', 'latin1'] as const)('with bytes beyond ASCII, as %s, is 400', async (encoding) => {
    const bytes = Buffer.from('GET /v1/words?q=é HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', encoding)
    expect(await sendRaw(tiny.url, bytes)).toMatchObject({ status: 400, body: expect.stringContaining('validation_failed') })
  })

  test('with a percent sign that encodes nothing is read as it stands', async () => {
    expect((await tiny.anonymous.get('/v1/words?q=100%')).body).toEqual({ q: '100%' })
  })
})

test('130 slow uploads are ended while other requests are served', async () => {
  const connections = await Promise.all(Array.from({ length: 130 }, () => openRaw(tiny.url)))
  const head = `POST /v1/options HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`
  for (const connection of connections) connection.write(head)
  expect((await tiny.anonymous.get('/v1/things?limit=5')).body).toEqual({ limit: 5 })
  for (const { closed } of connections) {
    expect(parseAnswer(await closed)).toMatchObject({
      status: 408,
      headers: {
        connection: 'close',
        'x-request-id': expect.stringMatching(/^req_/),
        'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    })
  }
})

test('an unknown method is 405 with the methods of the path, and OPTIONS names the same methods', async () => {
  const ask = (line: string) => sendRaw(tiny.url, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  for (const method of ['FROBNICATE', 'PROPFIND', 'TRACE', 'OPTIONS', 'PUT', 'get']) {
    const answer = await ask(`${method} /v1/things?x=1`)
    expect(answer).toMatchObject({ status: method === 'OPTIONS' ? 204 : 405, headers: { allow: 'GET, HEAD, OPTIONS, POST' } })
  }
  expect(await ask('OPTIONS /v1/nothing')).toMatchObject({ status: 404 })
  expect(await ask('OPTIONS *')).toMatchObject({ status: expect.toSatisfy((status: number) => status < 500) })
})

test('personal responses and error responses are not cached', async () => {
  const made = await tiny.as(customer).post('/v1/things', { name: 'x' })
  expect(made.headers.get('cache-control')).toBe('no-store')
  for (const answer of [await tiny.anonymous.get('/v1/admin/things'), await tiny.anonymous.get('/v1/nothing')])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  expect((await tiny.anonymous.get('/v1/things?limit=5')).headers.get('cache-control')).toBeNull()
})
