// Routes of the withdrawal's pages. They drive the same two calls as any client, and need no script.
import { AppError, orderApi, type Problem, type WithdrawalReceipt } from '@cartwright/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import type { Limit } from '../../domain/rate-classes.ts'
import { localeFor, send, shopOf } from '../../domain/send-page.ts'
import {
  beginPage,
  codePage,
  type Refusal,
  receiptPage,
  refusedPage,
  type Trouble,
  type WithdrawalForm,
  withdrawalPaths,
} from './pages.ts'

const viewFor = (request: FastifyRequest, deps: GatewayDeps) => ({ shop: shopOf(deps), locale: localeFor(request, deps) })

const formOf = (values: unknown): WithdrawalForm => {
  const given = values as Partial<Record<keyof WithdrawalForm, unknown>> | null
  const textOf = (value: unknown) => (typeof value === 'string' ? value.trim() : '')
  return { number: textOf(given?.number), email: textOf(given?.email), code: textOf(given?.code) }
}

/** Fields that the call named; without any, the code is wrong. */
const wrongFields = ({ code, errors }: Partial<Problem>): Trouble => {
  if (code === 'otp_invalid') return ['code']
  const paths = (errors ?? []).map(({ path }) => path.slice(1))
  return (['number', 'email', 'code'] as const).filter((name) => paths.includes(name))
}

const isUnavailable = (error: unknown): boolean => error instanceof AppError && error.code === 'upstream_unavailable'

const mountForms = (app: FastifyInstance, deps: GatewayDeps): void => {
  const { order } = deps.services
  app.post(withdrawalPaths.begin, { config: { operationId: 'withdrawalForm' } }, async (request, reply) => {
    const form = formOf(request.body)
    const { number, email } = form
    const { status, body } = await order.call(orderApi.requestWithdrawal, { body: { number, email } })
    if (status === 202) return send(reply, codePage(viewFor(request, deps), form))
    return send(reply, beginPage(viewFor(request, deps), form, wrongFields(body as Partial<Problem>)), status)
  })
  app.post(withdrawalPaths.confirm, { config: { operationId: 'withdrawalConfirmation' } }, async (request, reply) => {
    const form = formOf(request.body)
    const { status, body } = await order.call(orderApi.confirmWithdrawal, { body: form })
    if (status === 200) return send(reply, receiptPage(viewFor(request, deps), body as WithdrawalReceipt))
    const problem = body as Partial<Problem> & { refusal?: Refusal }
    if (problem.refusal !== undefined) return send(reply, refusedPage(viewFor(request, deps), problem.refusal), status)
    const wrong = wrongFields(problem)
    const isClaim = wrong !== 'busy' && (wrong.includes('number') || wrong.includes('email'))
    return send(reply, (isClaim ? beginPage : codePage)(viewFor(request, deps), form, wrong), status)
  })
}

/** Mounts the pages in a scope of their own, the only one that reads form bodies. */
export const mountWithdrawal = (app: FastifyInstance, deps: GatewayDeps, limit: Limit): void => {
  app.get(withdrawalPaths.begin, async (request, reply) => send(reply, beginPage(viewFor(request, deps), formOf(request.query))))
  void app.register(async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', async (request: FastifyRequest) =>
      Object.fromEntries(new URLSearchParams((await scope.uploads.read(request.raw)).toString('utf8'))),
    )
    scope.addHook('onRequest', (request, reply) => limit(request, reply, 'auth'))
    scope.setErrorHandler((error, request, reply) => {
      const isBusy = isUnavailable(error) || (error instanceof AppError && error.code === 'rate_limited')
      if (!isBusy) throw error
      deps.log.warn(
        { err: error },
        'withdrawal page: the order service did not answer or the caller is limited, sent the form again',
      )
      const { retryAfterSec } = error as AppError
      if (retryAfterSec !== undefined) void reply.header('retry-after', retryAfterSec)
      const form = formOf(request.body)
      const again = request.routeOptions.url === withdrawalPaths.confirm && request.body !== undefined ? codePage : beginPage
      return send(reply, again(viewFor(request, deps), form, 'busy'), (error as AppError).status)
    })
    mountForms(scope, deps)
  })
}
