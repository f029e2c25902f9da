// The gateway's own pages and documents: start page, OpenAPI document and its reference, the page after the hosted payment page.
import { adminOpsApi, apis, gatewayApi, openApi, orderApi } from '@cartwright/contracts'
import { readOrderToken } from '@cartwright/service-kit'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { GatewayDeps } from '../deps.ts'
import { etagOf, isCurrent } from '../etag.ts'
import { checkoutReturnPage } from './checkout-return.ts'
import { noOrderPage, orderAwayPage, orderPage } from './order-page.ts'
import type { Page } from './page.ts'
import { mountReference } from './reference.ts'
import { undoEmailPage } from './undo-email.ts'
import { welcomePage } from './welcome.ts'

const send = (reply: FastifyReply, { html, policy }: Page, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy)
    .header('cache-control', 'no-store')
    .send(html)

/** The page of a ticket's order. The ticket is checked here; order is asked only for one that is good. */
const showOrder = async (ticket: unknown, reply: FastifyReply, deps: GatewayDeps): Promise<FastifyReply> => {
  const shopUrl = deps.config.shopUrl ?? '/'
  const read = typeof ticket === 'string' ? await readOrderToken(deps.shared.internalAuthSecret, deps.clock, ticket) : null
  if (read === null) return send(reply, noOrderPage(shopUrl), 404)
  try {
    const order = await deps.services.order.read(orderApi.internalOrder, { params: { orderId: read.orderId } })
    return order === null ? send(reply, noOrderPage(shopUrl), 404) : send(reply, orderPage(order, shopUrl))
  } catch (error) {
    deps.log.warn({ err: error, orderId: read.orderId }, 'order page: order does not answer')
    return send(reply, orderAwayPage(shopUrl), 503)
  }
}

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
  app.get<{ Querystring: { ticket?: unknown } }>(gatewayApi.orderPage.path, (request, reply) =>
    showOrder(request.query.ticket, reply, deps),
  )
  const undoEmail = undoEmailPage(shopUrl ?? '/')
  app.get(gatewayApi.undoEmail.path, async (_, reply) => send(reply, undoEmail))
  await mountReference(app, json)
}
