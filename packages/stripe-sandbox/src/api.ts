// API paths of Stripe that the shop uses: checkout sessions, payment intents, charges, refunds, disputes and events.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type FormObject, parseForm, textAt, textsAt } from './form.ts'
import { createIdempotency } from './idempotency.ts'
import { expanded, listOf, listShape } from './lists.ts'
import { checkParams, type Shape } from './params.ts'
import { createRefund, type RefundMode, refundShape } from './refunds.ts'
import { eventOf } from './render.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { createSession, expireSession, getSession, sessionShape } from './sessions.ts'
import type { StoredEvent } from './state.ts'
import { missing } from './stripe-error.ts'

interface ApiParts {
  context: SandboxContext
  refundMode(): RefundMode
  /** Runs before every request: latency, and the validator when there is one. */
  beforeRequest(request: FastifyRequest): Promise<void>
}

type Id = { Params: { id: string } }
type Members = { readonly [name: string]: Shape }

const formOf = (request: FastifyRequest): FormObject => (typeof request.body === 'string' ? parseForm(request.body) : {})
const queryOf = (request: FastifyRequest): FormObject => parseForm(request.url.split('?')[1] ?? '')

const getOrFail = <T>(kind: string, map: ReadonlyMap<string, T>, id: string): T => {
  const object = map.get(id)
  if (object === undefined) throw missing(kind, id)
  return object
}

/** Declares endpoints: checks parameters, expands ids, and runs a POST once per idempotency key. */
const declareEndpoints = (app: FastifyInstance, { context, beforeRequest }: ApiParts) => {
  const runOnce = createIdempotency(context)
  const json = (reply: FastifyReply, status: number, body: string) => reply.code(status).type('application/json').send(body)
  return {
    post: (path: string, shape: Members, work: (form: FormObject, id: string) => unknown) =>
      app.post<Id>(path, async (request, reply) => {
        const form = formOf(request)
        const key = request.headers['idempotency-key']
        const response = await runOnce(
          typeof key === 'string' ? key : undefined,
          `${request.url}\n${String(request.body ?? '')}`,
          async () => {
            await beforeRequest(request)
            checkParams(form, shape)
            return expanded(context.state, work(form, request.params.id), textsAt(form, 'expand'))
          },
        )
        if (typeof key === 'string') void reply.header('idempotency-key', key)
        if (response.replayed) void reply.header('idempotent-replayed', 'true')
        return json(reply, response.status, response.body)
      }),
    get: (path: string, shape: Members, read: (query: FormObject, id: string) => unknown) =>
      app.get<Id>(path, async (request, reply) => {
        const query = queryOf(request)
        await beforeRequest(request)
        checkParams(query, shape)
        return json(reply, 200, JSON.stringify(expanded(context.state, read(query, request.params.id), textsAt(query, 'expand'))))
      }),
  }
}

const one = { expand: 'texts' } as const satisfies Members

/** Matches objects whose members equal the given filters. */
const equal = (query: FormObject, ...names: string[]) => {
  const wanted = names.map((name) => [name, textAt(query, name)] as const).filter(([, value]) => value !== undefined)
  return (item: object) =>
    wanted.every(([name, value]) => Object.entries(item).some(([member, held]) => member === name && held === value))
}

const checkoutPaths = (app: FastifyInstance, parts: ApiParts): void => {
  const { context } = parts
  const { state } = context
  const { get, post } = declareEndpoints(app, parts)
  post('/v1/checkout/sessions', sessionShape, (form) => createSession(context, form))
  post('/v1/checkout/sessions/:id/expire', one, (_, id) => expireSession(context, id))
  get('/v1/checkout/sessions', { ...listShape, payment_intent: 'text', status: 'text' }, (query) =>
    listOf('/v1/checkout/sessions', state.sessions.values(), query, equal(query, 'payment_intent', 'status')),
  )
  get('/v1/checkout/sessions/:id', one, (_, id) => getSession(context, id))
  get('/v1/checkout/sessions/:id/line_items', listShape, (query, id) => {
    const items = getOrFail('checkout.session', state.lineItems, id)
    const { created } = getSession(context, id)
    return listOf(
      `/v1/checkout/sessions/${id}/line_items`,
      items.toReversed().map((item) => ({ ...item, created })),
      query,
      () => true,
    )
  })
}

const moneyPaths = (app: FastifyInstance, parts: ApiParts): void => {
  const { context } = parts
  const { state } = context
  const { get, post } = declareEndpoints(app, parts)
  get('/v1/payment_intents', listShape, (query) => listOf('/v1/payment_intents', state.intents.values(), query, () => true))
  get('/v1/payment_intents/:id', one, (_, id) => getOrFail('payment_intent', state.intents, id))
  get('/v1/charges', { ...listShape, payment_intent: 'text' }, (query) =>
    listOf('/v1/charges', state.charges.values(), query, equal(query, 'payment_intent')),
  )
  get('/v1/charges/:id', one, (_, id) => getOrFail('charge', state.charges, id))
  post('/v1/refunds', refundShape, (form) => createRefund(context, form, parts.refundMode()))
  get('/v1/refunds', { ...listShape, payment_intent: 'text', charge: 'text' }, (query) =>
    listOf('/v1/refunds', state.refunds.values(), query, equal(query, 'payment_intent', 'charge')),
  )
  get('/v1/refunds/:id', one, (_, id) => getOrFail('refund', state.refunds, id))
  get('/v1/disputes', { ...listShape, payment_intent: 'text', charge: 'text' }, (query) =>
    listOf('/v1/disputes', state.disputes.values(), query, equal(query, 'payment_intent', 'charge')),
  )
  get('/v1/disputes/:id', one, (_, id) => getOrFail('dispute', state.disputes, id))
}

const eventPaths = (app: FastifyInstance, parts: ApiParts): void => {
  const { state } = parts.context
  const { get } = declareEndpoints(app, parts)
  const matching = (query: FormObject) => {
    const [type, success] = [textAt(query, 'type'), textAt(query, 'delivery_success')]
    const types = [...textsAt(query, 'types'), ...(type === undefined ? [] : [type])]
    return (event: StoredEvent) =>
      (types.length === 0 || types.includes(event.type)) &&
      (success === undefined || (event.delivery === 'delivered') === (success === 'true'))
  }
  get('/v1/events', { ...listShape, type: 'text', types: 'texts', delivery_success: 'text' }, (query) =>
    listOf('/v1/events', state.events.values(), query, matching(query), eventOf),
  )
  get('/v1/events/:id', one, (_, id) => eventOf(getOrFail('event', state.events, id)))
}

/** Mounts Stripe's paths. */
export const mountApi = (app: FastifyInstance, parts: ApiParts): void => {
  checkoutPaths(app, parts)
  moneyPaths(app, parts)
  eventPaths(app, parts)
}
