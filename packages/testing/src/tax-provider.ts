// Fake tax provider on the wire: it answers the rates that a test names, or fails in the way a test names.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Destination, TaxRate } from '@cartwright/contracts'

/** A question as it arrives. */
interface Asked {
  destination: Destination
  currency: string
  /** ISO 8601. */
  at: string
  authorization: string | undefined
}

export interface FakeTaxProvider extends AsyncDisposable {
  url: string
  /** Questions so far, oldest first. */
  asked: Asked[]
  /** What it answers next: rates, a status, or a body that is no answer; `hang` answers never. */
  say(answer: { taxRates: readonly TaxRate[] } | { status: number } | { body: string } | 'hang'): void
}

/** Starts a fake provider on a loopback port. It answers 503 until it is told what to say. */
export const startFakeTaxProvider = async (): Promise<FakeTaxProvider> => {
  const asked: Asked[] = []
  let next: Parameters<FakeTaxProvider['say']>[0] = { status: 503 }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ ...JSON.parse(body), authorization: request.headers.authorization })
      if (next === 'hang') return
      if ('status' in next) return response.writeHead(next.status).end()
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('body' in next ? next.body : JSON.stringify({ taxRates: next.taxRates }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rates`,
    asked,
    say: (answer) => {
      next = answer
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
