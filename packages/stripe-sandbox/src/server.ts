// Stripe's paths over HTTP: authentication, form bodies, idempotency keys, lists, and the control paths of the sandbox.
import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { authenticate, type CardOutcome, createSession, expireDue, expireSession, getSession, payWithCard, type World } from './checkout.ts'
import { type FormObject, parseForm, textAt } from './form.ts'
import { authenticationPage, closedPage, pageScript, paymentPage } from './page.ts'
import { closeDispute, createRefund, openDispute, type RefundMode, settleRefund } from './refunds.ts'
import type { Session } from './state.ts'
import { missing, StripeFailure } from './stripe-error.ts'
import type { WebhookSender, WebhookSettings } from './webhooks.ts'

export interface ServerParts {
  world: World
  webhooks: WebhookSender
  secretKey: string | null
  /** Milliseconds that every API answer takes. */
  latencyMs: number
  /** Real seconds minus the sandbox's, for the countdown in a browser. */
  secondsAhead(): number
  advance(seconds: number): void
  changed(): void
}

const keyLifeSec = 24 * 3600
const formOf = (request: FastifyRequest): FormObject => (typeof request.body === 'string' ? parseForm(request.body) : {})

const csp = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(pageScript).digest('base64')}'; form-action *; frame-ancestors 'none'`
const html = (reply: FastifyReply, status: number, page: string) =>
  reply.code(status).headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': csp, 'cache-control': 'no-store' }).send(page)

const assertKey = (request: FastifyRequest, secretKey: string | null): void => {
  const given = /^(?:Bearer|Basic) (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) throw new StripeFailure(401, 'invalid_request_error', 'You did not provide an API key.')
  if (secretKey !== null && given !== secretKey) throw new StripeFailure(401, 'invalid_request_error', `Invalid API Key provided: ${given.slice(0, 7)}****`)
}

/** Runs a POST once per Idempotency-Key, with Stripe's answers for a key that is reused with other parameters. */
const keyed = (parts: ServerParts, request: FastifyRequest, work: () => unknown): { status: number; body: unknown; replayed: boolean } => {
  const { state, now } = parts.world
  const header = request.headers['idempotency-key']
  if (typeof header !== 'string') return { status: 200, body: work(), replayed: false }
  const fingerprint = createHash('sha256').update(`${request.url}\n${String(request.body ?? '')}`).digest('hex')
  const known = state.keys.get(`key:${header}`)
  if (known && known.created > now() - keyLifeSec) {
    if (known.fingerprint !== fingerprint) throw new StripeFailure(400, 'idempotency_error', 'Keys for idempotent requests can only be used with the same parameters they were first used with.')
    return { status: known.status, body: known.body, replayed: true }
  }
  const body: unknown = structuredClone(work())
  state.keys.set(`key:${header}`, { fingerprint, status: 200, body, created: now() })
  return { status: 200, body, replayed: false }
}

interface Listed {
  id: string
  created: number
}

/** Stripe's list: newest first, `starting_after`, `limit`, `created[gte]`, and equality filters. */
const listOf = <T extends Listed>(path: string, all: Iterable<T>, query: FormObject, filters: (keyof T & string)[]) => {
  const limit = Math.min(100, Math.max(1, Number(textAt(query, 'limit') ?? 10)))
  const since = Number(textAt(query, 'created', 'gte') ?? 0)
  const until = Number(textAt(query, 'created', 'lte') ?? Number.MAX_SAFE_INTEGER)
  const matches = [...all].reverse().filter((item) => item.created >= since && item.created <= until && filters.every((name) => textAt(query, name) === undefined || item[name] === textAt(query, name)))
  const after = textAt(query, 'starting_after')
  const rest = after === undefined ? matches : matches.slice(matches.findIndex((item) => item.id === after) + 1)
  return { object: 'list', url: path, has_more: rest.length > limit, data: rest.slice(0, limit) }
}

const found = <T>(kind: string, map: ReadonlyMap<string, T>, id: string): T => {
  const object = map.get(id)
  if (object === undefined) throw missing(kind, id)
  return object
}

const expanded = (parts: ServerParts, session: Session, request: FastifyRequest) => {
  const source = { ...parseForm(request.url.split('?')[1] ?? ''), ...formOf(request) }
  const wanted = JSON.stringify(source.expand ?? [])
  const intent = wanted.includes('payment_intent') ? parts.world.state.intents.get(session.payment_intent ?? '') : undefined
  const items = parts.world.state.lineItems.get(session.id) ?? []
  return { ...session, ...(intent ? { payment_intent: intent } : {}), ...(wanted.includes('line_items') ? { line_items: { object: 'list', has_more: false, data: items } } : {}) }
}

type Id = { Params: { id: string } }

const apiRoutes = (app: FastifyInstance, parts: ServerParts, refundMode: () => RefundMode): void => {
  const { world } = parts
  const { state } = world
  const queryOf = (request: FastifyRequest) => parseForm(request.url.split('?')[1] ?? '')
  const post = (path: string, work: (request: FastifyRequest<Id>) => unknown) =>
    app.post<Id>(path, async (request, reply) => {
      const result = keyed(parts, request, () => work(request))
      parts.changed()
      if (result.replayed) void reply.header('idempotent-replayed', 'true')
      return reply.code(result.status).send(result.body)
    })
  post('/v1/checkout/sessions', (request) => createSession(world, formOf(request)))
  post('/v1/checkout/sessions/:id/expire', (request) => expireSession(world, request.params.id))
  post('/v1/refunds', (request) => createRefund(world, formOf(request), refundMode()))
  app.get<Id>('/v1/checkout/sessions/:id', async (request) => expanded(parts, getSession(world, request.params.id), request))
  app.get<Id>('/v1/checkout/sessions/:id/line_items', async (request) => ({ object: 'list', has_more: false, data: found('checkout.session', state.lineItems, request.params.id) }))
  app.get('/v1/checkout/sessions', async (request) => listOf('/v1/checkout/sessions', state.sessions.values(), queryOf(request), ['payment_intent', 'status']))
  app.get<Id>('/v1/payment_intents/:id', async (request) => found('payment_intent', state.intents, request.params.id))
  app.get('/v1/payment_intents', async (request) => listOf('/v1/payment_intents', state.intents.values(), queryOf(request), []))
  app.get<Id>('/v1/charges/:id', async (request) => found('charge', state.charges, request.params.id))
  app.get('/v1/charges', async (request) => listOf('/v1/charges', state.charges.values(), queryOf(request), ['payment_intent']))
  app.get<Id>('/v1/refunds/:id', async (request) => found('refund', state.refunds, request.params.id))
  app.get('/v1/refunds', async (request) => listOf('/v1/refunds', state.refunds.values(), queryOf(request), ['payment_intent', 'charge']))
  app.get<Id>('/v1/disputes/:id', async (request) => found('dispute', state.disputes, request.params.id))
  app.get('/v1/disputes', async (request) => listOf('/v1/disputes', state.disputes.values(), queryOf(request), ['payment_intent', 'charge']))
  app.get<Id>('/v1/events/:id', async (request) => found('event', state.events, request.params.id))
  app.get('/v1/events', async (request) => listOf('/v1/events', state.events.values(), queryOf(request), ['type']))
}

const pageRoutes = (app: FastifyInstance, parts: ServerParts): void => {
  const { world } = parts
  const show = (reply: FastifyReply, session: Session, error: string | null, status: number) =>
    html(reply, status, paymentPage(session, world.state.lineItems.get(session.id) ?? [], error, parts.secondsAhead()))
  const finish = (reply: FastifyReply, session: Session, outcome: CardOutcome) => {
    parts.changed()
    if (outcome.kind === 'paid') return reply.redirect(session.success_url.replace('{CHECKOUT_SESSION_ID}', session.id), 303)
    if (outcome.kind === 'authenticate') return reply.redirect(`/c/pay/${session.id}/3ds`, 303)
    if (outcome.kind === 'closed') return html(reply, 409, closedPage(session))
    return show(reply, session, outcome.kind === 'declined' ? `${outcome.message} Try another card.` : outcome.message, outcome.kind === 'declined' ? 402 : 400)
  }
  app.get<Id>('/c/pay/:id', async (request, reply) => {
    const session = getSession(world, request.params.id)
    return session.status === 'open' ? show(reply, session, null, 200) : html(reply, 200, closedPage(session))
  })
  app.post<Id>('/c/pay/:id', async (request, reply) => {
    const { id } = request.params
    const outcome = payWithCard(world, id, textAt(formOf(request), 'cardNumber') ?? '')
    return finish(reply, getSession(world, id), outcome)
  })
  app.get<Id>('/c/pay/:id/3ds', async (request, reply) => {
    const session = getSession(world, request.params.id)
    return html(reply, 200, session.status === 'open' ? authenticationPage(session) : closedPage(session))
  })
  app.post<Id>('/c/pay/:id/3ds', async (request, reply) => {
    const { id } = request.params
    const outcome = authenticate(world, id, textAt(formOf(request), 'outcome') === 'complete')
    return finish(reply, getSession(world, id), outcome)
  })
}

const controlRoutes = (app: FastifyInstance, parts: ServerParts, setRefundMode: (mode: RefundMode) => void): void => {
  const { world, webhooks } = parts
  const { state } = world
  const done = { ok: true }
  app.post<{ Body: { advanceSec: number } }>('/_sandbox/clock', async (request) => {
    parts.advance(request.body.advanceSec)
    expireDue(world)
    return done
  })
  app.post<{ Body: WebhookSettings }>('/_sandbox/webhooks', async (request) => {
    webhooks.configure(request.body)
    return done
  })
  app.get('/_sandbox/webhooks', async () => ({ deliveries: webhooks.log() }))
  app.post<{ Body: { mode: RefundMode } }>('/_sandbox/refunds', async (request) => {
    setRefundMode(request.body.mode)
    return done
  })
  app.post<Id & { Body: { success: boolean } }>('/_sandbox/refunds/:id/settle', async (request) => settleRefund(world, request.params.id, request.body.success))
  app.post<{ Body: { charge: string; reason?: string } }>('/_sandbox/disputes', async (request) => openDispute(world, request.body.charge, request.body.reason ?? 'fraudulent'))
  app.post<Id & { Body: { outcome: 'won' | 'lost' } }>('/_sandbox/disputes/:id/close', async (request) => closeDispute(world, request.params.id, request.body.outcome))
  app.post<{ Body: { paymentIntent: string; amount?: number } }>('/_sandbox/dashboard-refund', async ({ body }) =>
    createRefund(world, { payment_intent: body.paymentIntent, ...(body.amount === undefined ? {} : { amount: String(body.amount) }) }, 'succeed'),
  )
  app.get('/_sandbox/ledger', async () => ({
    sessions: [...state.sessions.values()], paymentIntents: [...state.intents.values()], charges: [...state.charges.values()], refunds: [...state.refunds.values()],
    disputes: [...state.disputes.values()], balance: balanceOf(parts),
  }))
}

/** Captured minus succeeded refunds, per currency, in minor units. */
const balanceOf = ({ world: { state } }: ServerParts): Record<string, number> => {
  const balance: Record<string, number> = {}
  const add = (currency: string, amount: number) => {
    balance[currency] = (balance[currency] ?? 0) + amount
  }
  for (const charge of state.charges.values()) add(charge.currency, charge.amount_captured)
  for (const refund of state.refunds.values()) if (refund.status === 'succeeded') add(refund.currency, -refund.amount)
  return balance
}

/** Builds the HTTP face; nothing listens yet. */
export const createServer = (parts: ServerParts): FastifyInstance => {
  const app = Fastify({ bodyLimit: 1024 * 1024 })
  let refundMode: RefundMode = 'succeed'
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/v1/')) return
    assertKey(request, parts.secretKey)
    if (parts.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, parts.latencyMs))
  })
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof StripeFailure) return reply.code(error.status).send(error.body)
    return reply.code(500).send({ error: { type: 'api_error', message: error instanceof Error ? error.message : 'unknown' } })
  })
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: { type: 'invalid_request_error', message: `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).` } }))
  apiRoutes(app, parts, () => refundMode)
  pageRoutes(app, parts)
  controlRoutes(app, parts, (mode) => {
    refundMode = mode
  })
  return app
}
