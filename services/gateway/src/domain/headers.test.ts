// Client address behind proxies, and header rules in both directions.
import { describe, expect, test } from 'vitest'
import { clientHeaders, clientIp, joinHeaders, upstreamHeaders } from './headers.ts'

describe('the client’s address', () => {
  test.each([
    [0, '9.9.9.9', '10.0.0.1'],
    [1, undefined, '10.0.0.1'],
    [1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [2, '1.1.1.1, 2.2.2.2, 3.3.3.3', '2.2.2.2'],
    [5, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ])('with %i trusted proxies and X-Forwarded-For %s is %s', (hops, forwarded, ip) => {
    expect(clientIp('::ffff:10.0.0.1', forwarded, hops)).toBe(ip)
  })
})

describe('headers', () => {
  const caller = { ip: '10.0.0.1', host: 'shop.example', scheme: 'https', requestId: 'r1', traceparent: 't1' }
  test('headers that describe the body pass whatever Connection names, with the length of the body that was read', () => {
    const incoming = { connection: 'content-length, content-type, x-a', 'content-type': 'application/json', 'x-a': '1' }
    for (const framing of [{ 'content-length': '3' }, { 'transfer-encoding': 'chunked' }]) {
      const headers = upstreamHeaders({ ...incoming, ...framing }, caller, 3)
      expect(headers).toMatchObject({ 'content-length': '3', 'content-type': 'application/json', 'x-forwarded-proto': 'https' })
      expect(headers).not.toHaveProperty('x-a')
      expect(headers).not.toHaveProperty('transfer-encoding')
    }
    expect(upstreamHeaders({ 'content-length': '0' }, caller, 0)).not.toHaveProperty('content-length')
  })
  test('hop-by-hop headers of a response do not reach the client', () => {
    expect(
      clientHeaders({
        connection: 'close',
        'transfer-encoding': 'chunked',
        etag: '"a"',
        'set-cookie': ['a', 'b'],
        'x-request-id': 'other',
        'x-trace-id': 'other',
      }),
    ).toEqual({ etag: '"a"', 'set-cookie': ['a', 'b'] })
  })
  test('Vary of a response joins the names of the gateway and of the service', () => {
    expect(
      joinHeaders({ vary: 'Origin', 'cache-control': 'no-store' }, { vary: 'Accept-Language', 'cache-control': 'no-cache' }),
    ).toEqual({
      vary: 'Origin, Accept-Language',
      'cache-control': 'no-cache',
    })
    expect(joinHeaders({ vary: 'Origin' }, {})).toEqual({ vary: 'Origin' })
    expect(joinHeaders({}, {})).toEqual({})
  })
})
