// Routes of the gateway's own pages: start page, OpenAPI document, API reference, return page, order page, undo page, withdrawal.
import { acceptedLocales, adminOpsApi, apis, chooseLocale, gatewayApi, openApi, orderApi } from '@cartwright/contracts'
import { readOrderToken } from '@cartwright/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import { etagOf, isCurrent } from '../../domain/etag.ts'
import type { Limit } from '../../domain/rate-classes.ts'
import { checkoutReturnPage } from './checkout-return.ts'
import { noOrderPage, orderPage } from './order-page.ts'
import type { Page, ShownShop } from './page.ts'
import { mountReference } from './reference.ts'
import { undoEmailPage } from './undo-email.ts'
import { welcomePage } from './welcome.ts'
import { mountWithdrawal } from './withdrawal-routes.ts'

/** @param vary whether the language of the page depends on `Accept-Language` */
const send = (reply: FastifyReply, { html, policy, locale }: Page, status = 200, vary = true): FastifyReply => {
  if (vary) void reply.header('vary', ['Accept-Language', reply.getHeader('vary')].flat().filter(Boolean).join(', '))
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-language', locale)
    .header('content-security-policy', policy)
    .header('cache-control', 'no-store')
    .send(html)
}

/** The locales that a reader asks for, most wanted first: by the address of the page, then by the browser. */
const wantedLocales = ({ query, headers }: FastifyRequest): (string | undefined)[] => {
  const { locale } = query as { locale?: unknown }
  return [typeof locale === 'string' ? locale : undefined, ...acceptedLocales(headers['accept-language'])]
}

const shopOf = ({ config, shared }: GatewayDeps): ShownShop => ({ name: shared.shopName, url: config.shopUrl ?? '/' })

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

export const mountPages = (app: FastifyInstance, deps: GatewayDeps, limit: Limit): void => {
  const json = JSON.stringify(
    openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: deps.shared.publicUrl }),
  )
  const etag = etagOf(json)
  const { mailboxUrl, sandboxUrl } = deps.config
  const shop = shopOf(deps)
  const localeOf = (request: FastifyRequest) => chooseLocale(wantedLocales(request), deps.shared.locale)
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
  mountWithdrawal(app, { deps, limit, send, view: (request) => ({ shop, locale: localeOf(request) }) })
  mountReference(app)
}
