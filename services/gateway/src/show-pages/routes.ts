// The gateway's own pages and documents: start page, OpenAPI document and its reference, the page after the hosted payment page.
import { createHash } from 'node:crypto'
import { adminOpsApi, apis, gatewayApi, openApi } from '@cartwright/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../deps.ts'
import { checkoutReturnPage } from './checkout-return.ts'
import type { Page } from './page.ts'
import { mountReference } from './reference.ts'
import { welcomePage } from './welcome.ts'

const send = (reply: FastifyReply, { html, policy }: Page): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', policy).header('cache-control', 'no-store').send(html)

/** @param onRequest what every page passes first, such as the limit */
export const mountPages = async (
  app: FastifyInstance,
  deps: GatewayDeps,
  onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): Promise<void> => {
  const json = JSON.stringify(
    openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: deps.shared.publicUrl }),
  )
  const etag = `"${createHash('sha1').update(json).digest('base64url')}"`
  const { mailboxUrl, sandboxUrl, shopUrl } = deps.config
  const welcome = welcomePage({ publicUrl: deps.shared.publicUrl, mailboxUrl, sandboxUrl })
  app.get(gatewayApi.welcome.path, { onRequest }, async (_, reply) => send(reply, welcome))
  app.get(gatewayApi.document.path, { onRequest }, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(json)
  })
  app.get<{ Querystring: { order?: unknown } }>(gatewayApi.checkoutReturn.path, { onRequest }, async (request, reply) => {
    const { order } = request.query
    return send(reply, checkoutReturnPage(typeof order === 'string' ? order : undefined, shopUrl ?? '/'))
  })
  await mountReference(app, json)
}
