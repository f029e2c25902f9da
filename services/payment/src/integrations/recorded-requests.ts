// HTTP client of Stripe's library that records each request as a span, when the work that causes it is recorded.
import { describeSpan, inSpan } from '@cartwright/telemetry'
import Stripe from 'stripe'

/** `/v1/checkout/sessions/cs_1` → `/v1/checkout/sessions/{id}`: names of spans hold no ids. */
const templateOf = (path: string): string => path.replace(/\?.*$/, '').replace(/\/[a-z]+_[^/]+/g, '/{id}')

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>

export const recordingHttpClient = (): HttpClient => {
  const client = Stripe.createNodeHttpClient()
  return {
    getClientName: () => client.getClientName(),
    makeRequest: (host, port, path, method, ...rest) =>
      inSpan(
        {
          name: `${method} ${templateOf(path)}`,
          kind: 'client',
          attributes: {
            'http.request.method': method,
            'url.template': templateOf(path),
            'server.address': host,
            'server.port': Number(port),
            'peer.service': 'stripe',
          },
        },
        async () => {
          const response = await client.makeRequest(host, port, path, method, ...rest)
          const status = response.getStatusCode()
          describeSpan({ 'http.response.status_code': status, ...(status >= 400 ? { 'error.type': String(status) } : {}) })
          return response
        },
      ),
  }
}
