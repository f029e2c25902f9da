// Certificates in a folder of their own, and a proxy that puts TLS and credentials in front of an engine that has neither.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as forward } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificates, type TestCertificates } from '@cartwright/native'

/** Makes an authority, a certificate for loopback, and a strange authority; disposing removes the files. */
export const testCertificates = async (): Promise<TestCertificates & Disposable> => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-certificates-'))
  return { ...(await makeCertificates(folder)), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Starts an HTTPS server that passes requests with one of the `Authorization` headers on to `target`, and answers 401 to others. */
export const secureProxy = async (
  target: string,
  { certFile, keyFile }: TestCertificates,
  accepted: readonly string[],
): Promise<{ url: string } & AsyncDisposable> => {
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
    const { authorization, ...headers } = request.headers
    if (!accepted.includes(authorization ?? '')) {
      response.writeHead(401, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
      const cause = { type: 'security_exception', reason: 'unable to authenticate user' }
      response.end(JSON.stringify({ error: { root_cause: [cause], ...cause }, status: 401 }))
      return
    }
    const passed = forward(new URL(request.url ?? '/', target), { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
