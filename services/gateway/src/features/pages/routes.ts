// Routes of the gateway's own pages: start page, OpenAPI document, API reference, return page, order page, undo page.
import { brandFolder } from '@cartwright/brand'
import { adminOpsApi, apis, chooseLocale, gatewayApi, openApi, orderApi } from '@cartwright/contracts'
import { readOrderToken } from '@cartwright/service-kit'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import { etagOf, isCurrent } from '../../domain/etag.ts'
import { localeFor, send, shopOf, wantedLocales } from '../../domain/send-page.ts'
import { checkoutReturnPage } from './checkout-return.ts'
import { noOrderPage, orderPage } from './order-page.ts'
import { mountReference } from './reference.ts'
import { undoEmailPage } from './undo-email.ts'
import { welcomePage } from './welcome.ts'

/** Sends the page of a ticket's order. The ticket is verified first: an invalid one causes no call to the order service. */
const showOrder = async (request: FastifyRequest, reply: FastifyReply, deps: GatewayDeps): Promise<FastifyReply> => {
  const { shared, clock, services, log } = deps
  const { ticket } = request.query as { ticket?: unknown }
  const shop = shopOf(deps)
  const wanted = wantedLocales(request)
  const sendNone = (why: 'none' | 'unavailable', status: number) =>
    send(reply, noOrderPage(why, shop, chooseLocale(wanted, shared.locale)), status)
  const claims = typeof ticket === 'string' ? await readOrderToken(shared.internalAuthSecret, clock, ticket) : null
  if (claims === null) return sendNone('none', 404)
  try {
    const locale = chooseLocale(wanted, '')
    const query = locale === '' ? {} : { locale }
    const order = await services.order.read(orderApi.internalOrder, { params: { orderId: claims.orderId }, query })
    return order === null ? sendNone('none', 404) : send(reply, orderPage(order, shop, shared.timeZone))
  } catch (error) {
    log.warn({ err: error, orderId: claims.orderId }, 'order page: the order service did not answer, sent the 503 page')
    return sendNone('unavailable', 503)
  }
}

export const mountPages = (app: FastifyInstance, deps: GatewayDeps): void => {
  const json = JSON.stringify(
    openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: deps.shared.publicUrl }),
  )
  const etag = etagOf(json)
  const { mailboxUrl, sandboxUrl } = deps.config
  const shop = shopOf(deps)
  const localeOf = (request: FastifyRequest) => localeFor(request, deps)
  const welcome = welcomePage({ shop, publicUrl: deps.shared.publicUrl, mailboxUrl, sandboxUrl })
  app.get(gatewayApi.welcome.path, async (_, reply) => send(reply, welcome, 200, false))
  app.get(gatewayApi.document.path, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'no-cache')
    if (isCurrent(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(json)
  })
  app.get<{ Querystring: { order?: unknown } }>(gatewayApi.checkoutReturn.path, async (request, reply) => {
    const { order } = request.query
    return send(reply, checkoutReturnPage(typeof order === 'string' ? order : undefined, shop, localeOf(request)))
  })
  app.get(gatewayApi.orderPage.path, (request, reply) => showOrder(request, reply, deps))
  app.get(gatewayApi.undoEmail.path, async (request, reply) => send(reply, undoEmailPage(shop, localeOf(request))))
  mountReference(app)
  void app.register(fastifyStatic, { root: brandFolder, prefix: '/brand/', maxAge: '1d' })
}
