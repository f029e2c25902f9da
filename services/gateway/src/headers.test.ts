// Addresses behind proxies, and headers in both directions.
import { describe, expect, test } from 'vitest'
import { clientHeaders, clientIp, upstreamHeaders } from './headers.ts'

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
  test('Connection cannot name away what frames the body', () => {
    const headers = upstreamHeaders({ connection: 'content-length, x-a', 'content-length': '3', 'x-a': '1' }, caller)
    expect(headers).toMatchObject({ 'content-length': '3', 'x-forwarded-proto': 'https' })
    expect(headers['x-a']).toBeUndefined()
  })
  test('hop-by-hop headers of an answer end here', () => {
    expect(
      clientHeaders({
        connection: 'close',
        'transfer-encoding': 'chunked',
        etag: '"a"',
        'set-cookie': ['a', 'b'],
        'x-request-id': 'other',
      }),
    ).toEqual({ etag: '"a"', 'set-cookie': ['a', 'b'] })
  })
})
