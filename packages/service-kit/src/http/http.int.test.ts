// What every service answers alike: validation, problems for every kind of failure, methods, bodies, and nothing that is not declared.
import { connect } from 'node:net'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
const customer = { id: 'usr_1', role: 'customer', email: 'a@example.com' } as const

beforeAll(async () => {
  tiny = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red' } })
})
afterAll(() => tiny.stop())

const post = (body: unknown, headers: Record<string, string> = {}) => tiny.as(customer).post('/v1/things', body, { headers })

describe('what was asked wrongly', () => {
  test.each([
    ['a missing member', {}, '/name'],
    ['an unknown member', { name: 'x', surprise: 1 }, '/surprise'],
    ['a wrong type', { name: 5 }, '/name'],
    ['a number as text', { name: 'x', count: '3' }, '/count'],
    ['a list that is none', { name: 'x', tags: 'a' }, '/tags'],
    ['a wrong item', { name: 'x', tags: ['a', 5] }, '/tags/1'],
    ['a text without a visible character', { name: ' \t' }, '/name'],
    ['no object', [], '/'],
  ])('%s is 400 and names the field', async (_, body, path) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(response.body).toMatchObject({
      type: 'http://localhost:8080/errors/validation_failed',
      code: 'validation_failed',
      status: 400,
      instance: '/v1/things',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(response.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  test('a blank field is reported as blank', async () => {
    expect((await post({ name: ' ' })).body.errors).toEqual([{ path: '/name', message: 'must not be blank' }])
  })

  test('a response names every wrong field, not only the first', async () => {
    const { body } = await post({ count: 0, tags: [1], extra: true })
    expect(body.errors.map((error: { path: string }) => error.path).toSorted()).toEqual(['/count', '/extra', '/name', '/tags/0'])
  })

  test.each([
    ['{"name":'],
    ['not json'],
    ['{"__proto__":{"a":1},"name":"x"}'],
    ['{"constructor":{"prototype":{"a":1}},"name":"x"}'],
  ])('the body %s is 400', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('a missing body is 400, another content type 415, a body that is too large 413', async () => {
    expect(await post('')).toMatchObject({ status: 400 })
    expect(await post('<a/>', { 'content-type': 'text/xml' })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    })
    expect(await post({ name: 'x'.repeat(1024 * 1024) })).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
  })

  test('query values are parsed by their schema, and refused when they cannot be', async () => {
    expect((await tiny.anonymous.get('/v1/things?limit=5')).body).toEqual({ limit: 5 })
    expect(await tiny.anonymous.get('/v1/things?limit=many')).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/limit' }] },
    })
    expect(await tiny.anonymous.get('/v1/things?limit=101')).toMatchObject({ status: 400 })
  })

  test('text from path, query and body reaches the handler in its normal form', async () => {
    const answer = await tiny.anonymous.post('/v1/addresses/A@Example.com?email=%20B%40B%C3%BCcher.example', {
      email: 'C@EXAMPLE.com ',
      others: ['D@bu\u0308cher.Example', 'd@xn--bcher-kva.example'],
    })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        seen: ['a@example.com', 'b@xn--bcher-kva.example', 'c@example.com', 'd@xn--bcher-kva.example', 'd@xn--bcher-kva.example'],
      },
    })
    const unknown = { email: null, others: [] }
    expect((await tiny.anonymous.post('/v1/addresses/a@example.com', unknown)).body.seen).toEqual(['a@example.com', '', ''])
  })

  test.each([
    ['an accent', { email: 'c@example.com', others: ['d@example.com', 'dé@example.com'] }, '/others/1'],
    ['an invisible character', { email: 'c@exam\u200bple.com' }, '/email'],
    ['NUL', { email: 'c\0@example.com' }, '/email'],
    ['a number', { email: 5 }, '/email'],
    ['a lone surrogate', { email: 'c\ud800@example.com' }, '/email'],
  ])('text without a normal form is 400 and names the field: %s', async (_, body, path) => {
    const { status, body: problem } = await tiny.anonymous.post('/v1/addresses/a@example.com', body)
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'validation_failed' })
    expect(problem.errors.map((error: { path: string }) => error.path)).toContain(path)
    const typed = encodeURIComponent(`é${JSON.stringify(body)}`)
    expect(await tiny.anonymous.post(`/v1/addresses/${typed}`, { email: null })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/email', message: 'must be an e-mail address that mail can reach' }] },
    })
    expect(await tiny.anonymous.post(`/v1/addresses/a@example.com?email=${typed}`, { email: null })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/email' }] },
    })
  })

  test('an unknown path is 404, a wrong method 405 with Allow, in problem+json', async () => {
    expect(await tiny.anonymous.get('/v2/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const response = await tiny.anonymous.patch('/v1/things', {})
    expect(response).toMatchObject({
      status: 405,
      body: { code: 'method_not_allowed', allowed: ['GET', 'HEAD', 'OPTIONS', 'POST'] },
    })
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
    expect((await tiny.anonymous.del('/readyz')).status).toBe(405)
  })

  test('a path that cannot be decoded is 400', async () => {
    expect(await tiny.anonymous.get('/v1/things/%zz')).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('bytes that are not HTTP get a problem too', async () => {
    const { hostname, port } = new URL(tiny.url)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('HELLO\r\n\r\n'))
      let got = ''
      socket.on('data', (chunk) => (got += chunk)).on('close', () => resolve(got))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json/s)
  })
})

describe('what failed', () => {
  test.each([
    ['expected', 422, 'cart_limit'],
    ['engine', 503, 'upstream_unavailable'],
    ['prisma', 503, 'upstream_unavailable'],
    ['prismaUnique', 409, 'conflict'],
    ['defect', 500, 'internal'],
    ['text', 500, 'internal'],
  ])('%s answers %i %s', async (kind, status, code) => {
    const response = await tiny.anonymous.get(`/v1/failures/${kind}`)
    expect(response).toMatchObject({ status, body: { code, status } })
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(response.text).not.toContain('secret detail')
  })

  test('an expected failure carries extra members and Retry-After', async () => {
    expect((await tiny.anonymous.get('/v1/failures/expected')).body).toMatchObject({ limit: 3 })
    expect((await tiny.anonymous.get('/v1/failures/busy')).headers.get('retry-after')).toBe('18')
    expect((await tiny.anonymous.get('/v1/failures/engine')).headers.get('retry-after')).toBe('2')
  })
})

test('fields that the contract does not declare are cut from responses', async () => {
  const made = await post({ name: 'with an owner' })
  expect(made).toMatchObject({ status: 201 })
  const { body, text } = await tiny.anonymous.get(`/v1/things/${made.body.id}`)
  expect(body).toEqual({ id: made.body.id, name: 'with an owner' })
  expect(text).not.toContain('usr_1')
})

test('an empty answer is 204 without a body', async () => {
  const made = await post({ name: 'to be dropped' })
  expect(await tiny.as(customer).del(`/v1/things/${made.body.id}`)).toMatchObject({ status: 204, text: '' })
})

test('a request id is accepted or created, and a trace is continued', async () => {
  const given = await tiny.anonymous.get('/v2/x', {
    headers: { 'x-request-id': 'abc-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  })
  expect(given.headers.get('x-request-id')).toBe('abc-1')
  expect(given.body.traceId).toBe('a'.repeat(32))
  const wild = await tiny.anonymous.get('/v2/x', { headers: { 'x-request-id': 'a b;<', traceparent: 'nonsense' } })
  expect(wild.headers.get('x-request-id')).toMatch(/^req_/)
  expect(wild.body.traceId).toMatch(/^[0-9a-f]{32}$/)
})
