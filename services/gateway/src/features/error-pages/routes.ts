// Route of the error pages, to which `type` of every problem points.
import { type ErrorCode, errorKinds, gatewayApi } from '@cartwright/contracts'
import type { FastifyInstance } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import { localeFor, send, shopOf } from '../../domain/send-page.ts'
import { errorPage, noErrorPage } from './page.ts'

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorKinds, code)

export const mountErrorPages = (app: FastifyInstance, deps: GatewayDeps): void => {
  const { publicUrl } = deps.shared
  app.get<{ Params: { code: string } }>(gatewayApi.errorPage.path, async (request, reply) => {
    const { code } = request.params
    const view = { shop: shopOf(deps), locale: localeFor(request, deps), publicUrl }
    return isErrorCode(code) ? send(reply, errorPage(code, view)) : send(reply, noErrorPage(view), 404)
  })
}
