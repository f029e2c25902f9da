// The gateway's own pages and documents: start page, OpenAPI document and its reference, the page after the hosted payment page.
import { adminOpsApi, apis, gatewayApi, openApi } from '@cartwright/contracts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { GatewayDeps } from '../deps.ts'
import { etagOf, isCurrent } from '../etag.ts'
import { checkoutReturnPage } from './checkout-return.ts'
import type { Page } from './page.ts'
import { mountReference } from './reference.ts'
import { welcomePage } from './welcome.ts'

const send = (reply: FastifyReply, { html, policy }: Page): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', policy).header('cache-control', 'no-store').send(html)

export const mountPages = async (app: FastifyInstance, deps: GatewayDeps): Promise<void> => {
  const json = JSON.stringify(
    openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: deps.shared.publicUrl }),
  )
  const etag = etagOf(json)
  const { mailboxUrl, sandboxUrl, shopUrl } = deps.config
  const welcome = welcomePage({ publicUrl: deps.shared.publicUrl, mailboxUrl, sandboxUrl })
  app.get(gatewayApi.welcome.path, async (_, reply) => send(reply, welcome))
  app.get(gatewayApi.document.path, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'no-cache')
    if (isCurrent(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(json)
  })
  app.get<{ Querystring: { order?: unknown } }>(gatewayApi.checkoutReturn.path, async (request, reply) => {
    const { order } = request.query
    return send(reply, checkoutReturnPage(typeof order === 'string' ? order : undefined, shopUrl ?? '/'))
  })
  await mountReference(app, json)
}
