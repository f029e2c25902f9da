// API reference at /docs: a page that reads the OpenAPI document and loads nothing from other hosts.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { gatewayApi } from '@cartwright/contracts'
import type { FastifyInstance } from 'fastify'
import { isCurrent } from '../../domain/etag.ts'
import { type Reference, renderReference } from '../../integrations/scalar.ts'

const addresses = { script: '/docs/scalar.js', document: gatewayApi.document.path }

/** Renders the reference on the first request and caches it; a failure is not cached. */
const createReference = (): (() => Promise<Reference>) => {
  let rendered: Promise<Reference> | null = null
  return () => {
    rendered ??= renderReference(addresses).catch((error: unknown) => {
      rendered = null
      throw error
    })
    return rendered
  }
}

export const mountReference = (app: FastifyInstance): void => {
  const reference = createReference()
  app.get('/docs', async (_, reply) => {
    const { html, policy } = await reference()
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .send(html)
  })
  app.get(addresses.script, async (request, reply) => {
    const { script } = await reference()
    void reply.header('etag', script.etag).header('cache-control', 'no-cache').header('vary', 'Origin, Accept-Encoding')
    if (isCurrent(request.headers['if-none-match'], script.etag)) return reply.code(304).send()
    void reply.type('text/javascript; charset=utf-8')
    return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
      ? reply.header('content-encoding', 'gzip').send(script.gzipped)
      : reply.send(await promisify(gunzip)(script.gzipped))
  })
}
