// Proxied routes: the allowlist and its deadlines.
import { apis, endpoint, orderApi } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { proxiedEndpoints, timeoutOf } from './routes.ts'

describe('the allowlist', () => {
  test('holds every endpoint of the contracts that is not internal, once, below /v1 or /.well-known', () => {
    const all = Object.values(apis).flatMap((api) => Object.values(api))
    expect(proxiedEndpoints.map(({ endpoint: { operationId } }) => operationId).sort()).toEqual(
      all
        .filter(({ auth }) => auth !== 'internal')
        .map(({ operationId }) => operationId)
        .sort(),
    )
    for (const {
      endpoint: { path },
    } of proxiedEndpoints)
      expect(path).toMatch(/^\/(v1|\.well-known)\//)
  })
  test.each([
    ['/v1/orders/ord_1/payment', 30_000],
    ['/v1/orders/ord_1/payment?waitSec=20', 30_000],
    ['/v1/orders/ord_1/payment?known=open&waitSec=28', 33_000],
  ])('%s is given %i ms', (url, ms) => {
    expect(timeoutOf(orderApi.getPayment, url)).toBe(ms)
  })
  test.each([
    ['/v1/orders/ord_1', 10_000],
    ['/v1/orders/ord_1?waitSec=20&known=pending', 25_000],
  ])('an order at %s is given %i ms', (url, ms) => {
    expect(timeoutOf(orderApi.getOrder, url)).toBe(ms)
  })
  test('an endpoint without a timeout gets ten seconds', () => {
    expect(
      timeoutOf(
        endpoint({
          operationId: 'x',
          method: 'GET',
          path: '/v1/x',
          auth: 'public',
          summary: '',
          success: 200,
          response: {},
          errors: [],
        }),
        '/v1/x',
      ),
    ).toBe(10_000)
  })
})
