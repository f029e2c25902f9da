// Hosted payment page over HTTP: a form that works without scripts, and the page of every outcome.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, type CardOutcome, payWithCard } from './cards.ts'
import { balanceOf } from './control.ts'
import { parseForm, textAt } from './form.ts'
import { securityPolicy } from './page/layout.ts'
import { authenticationPage, closedPage, unknownPage } from './page/other-pages.ts'
import { overviewPage } from './page/overview-page.ts'
import { type Entered, paymentPage, testCardOf, testExpiry } from './page/payment-page.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { getSession } from './sessions.ts'
import type { Session } from './state.ts'

type Id = { Params: { id: string } }

const html = (reply: FastifyReply, status: number, page: string) =>
  reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': securityPolicy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .send(page)

const fieldsOf = (request: FastifyRequest) => {
  const form = typeof request.body === 'string' ? parseForm(request.body) : {}
  return (name: string): string => textAt(form, name) ?? ''
}

const statusOf: Record<'declined' | 'invalid', number> = { declined: 402, invalid: 400 }

const show = (
  context: SandboxContext,
  reply: FastifyReply,
  session: Session,
  entered: Entered,
  problem: string | null,
  status: number,
) => {
  const items = context.state.lineItems.get(session.id) ?? []
  return html(reply, status, paymentPage(session, items, Math.max(0, session.expires_at - context.now()), entered, problem))
}

/** Longer than any card number or expiry date. */
const maxTypedLength = 40

/** The input to show again, without the security code. */
const entry = (session: Session, typed: Partial<Entered> = {}): Entered => ({
  email: typed.email || (session.customer_email ?? ''),
  holder: typed.holder ?? '',
  card: (typed.card ?? '').slice(0, maxTypedLength),
  expiry: (typed.expiry ?? '').slice(0, maxTypedLength),
})

/** Responds to each outcome: redirect to the shop, the 3-D Secure step, or the form with the reason. */
const finish = (context: SandboxContext, reply: FastifyReply, session: Session, outcome: CardOutcome, entered: Entered) => {
  if (outcome.kind === 'paid') return reply.redirect(session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id), 303)
  if (outcome.kind === 'authenticate') return reply.redirect(`/c/pay/${session.id}/3ds`, 303)
  if (outcome.kind === 'closed') return html(reply, 409, closedPage(session))
  const problem =
    outcome.kind === 'declined' ? `${outcome.message} You were not charged; try again or use another card.` : outcome.message
  return show(context, reply, session, entered, problem, statusOf[outcome.kind])
}

type Handle = (session: Session, request: FastifyRequest<Id>, reply: FastifyReply) => FastifyReply

/** Runs a handler for an existing session. */
const withSession = (context: SandboxContext, handle: Handle) => async (request: FastifyRequest<Id>, reply: FastifyReply) => {
  const { id } = request.params
  return context.state.sessions.has(id) ? handle(getSession(context, id), request, reply) : html(reply, 404, unknownPage())
}

/** Mounts the pages. */
export const mountPages = (app: FastifyInstance, context: SandboxContext): void => {
  const page = (handle: Handle) => withSession(context, handle)
  /** Input before the 3-D Secure step, to show it again when the step fails. */
  const enteredBefore3ds = new Map<string, Entered>()
  app.get('/', (_, reply) => html(reply, 200, overviewPage([...context.state.sessions.values()], balanceOf(context.state))))
  app.get<Id>(
    '/c/pay/:id',
    page((session, request, reply) => {
      if (session.status !== 'open') return html(reply, 200, closedPage(session))
      const card = testCardOf(textAt(parseForm(request.url.split('?')[1] ?? ''), 'card'))
      return show(context, reply, session, entry(session, card === '' ? {} : { card, expiry: testExpiry }), null, 200)
    }),
  )
  app.post<Id>(
    '/c/pay/:id',
    page((session, request, reply) => {
      const field = fieldsOf(request)
      const typed = { email: field('email'), holder: field('holder'), card: field('cardNumber'), expiry: field('expiry') }
      const outcome = payWithCard(context, session.id, typed.card, typed.expiry)
      const entered = entry(session, typed)
      if (outcome.kind === 'authenticate') enteredBefore3ds.set(session.id, entered)
      return finish(context, reply, session, outcome, entered)
    }),
  )
  app.get<Id>(
    '/c/pay/:id/3ds',
    page((session, _, reply) => html(reply, 200, session.status === 'open' ? authenticationPage(session) : closedPage(session))),
  )
  app.post<Id>(
    '/c/pay/:id/3ds',
    page((session, request, reply) => {
      const outcome = authenticate(context, session.id, fieldsOf(request)('outcome') === 'complete')
      const entered = enteredBefore3ds.get(session.id) ?? entry(session)
      enteredBefore3ds.delete(session.id)
      return finish(context, reply, session, outcome, entered)
    }),
  )
}
