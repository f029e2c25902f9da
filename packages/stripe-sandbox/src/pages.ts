// Hosted payment page over HTTP: a form that works without scripts, and the page of every outcome.
import { brandFolder } from '@cartwright/brand'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, type CardOutcome, payWithCard } from './cards.ts'
import { balanceOf } from './control.ts'
import { parseForm, textAt } from './form.ts'
import { securityPolicy } from './page/layout.ts'
import { authenticationPage, closedPage, unknownPage } from './page/other-pages.ts'
import { overviewPage } from './page/overview-page.ts'
import { type Entered, paymentPage, testCardOf, testExpiry } from './page/payment-page.ts'
import { pageLanguage } from './page/texts.ts'
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

/** A request about a session, and where its answer goes. */
interface Visit {
  context: SandboxContext
  session: Session
  request: FastifyRequest<Id>
  reply: FastifyReply
}

const languageOf = ({ session, request }: Visit) => pageLanguage(session, request.headers['accept-language'])

const show = (visit: Visit, entered: Entered, problem: string | null, status: number) => {
  const { context, session, reply } = visit
  const items = context.state.lineItems.get(session.id) ?? []
  const leftSec = Math.max(0, session.expires_at - context.now())
  return html(reply, status, paymentPage({ session, items, leftSec, entered, problem }, languageOf(visit)))
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
const finish = (visit: Visit, outcome: CardOutcome, entered: Entered) => {
  const { session, reply } = visit
  if (outcome.kind === 'paid') return reply.redirect(session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id), 303)
  if (outcome.kind === 'authenticate') return reply.redirect(`/c/pay/${session.id}/3ds`, 303)
  if (outcome.kind === 'closed') return html(reply, 409, closedPage(session, languageOf(visit)))
  const { texts } = languageOf(visit)
  const message = texts.problems[outcome.message] ?? outcome.message
  return show(visit, entered, outcome.kind === 'declined' ? `${message} ${texts.notCharged}` : message, statusOf[outcome.kind])
}

type Handle = (visit: Visit) => FastifyReply

/** Runs a handler for an existing session. */
const withSession = (context: SandboxContext, handle: Handle) => async (request: FastifyRequest<Id>, reply: FastifyReply) => {
  const { id } = request.params
  if (!context.state.sessions.has(id)) return html(reply, 404, unknownPage())
  return handle({ context, session: getSession(context, id), request, reply })
}

/** Mounts the pages. */
export const mountPages = (app: FastifyInstance, context: SandboxContext): void => {
  const page = (handle: Handle) => withSession(context, handle)
  /** Input before the 3-D Secure step, to show it again when the step fails. */
  const enteredBefore3ds = new Map<string, Entered>()
  void app.register(fastifyStatic, { root: brandFolder, prefix: '/brand/', maxAge: '1d' })
  app.get('/', (_, reply) => html(reply, 200, overviewPage([...context.state.sessions.values()], balanceOf(context.state))))
  app.get<Id>(
    '/c/pay/:id',
    page((visit) => {
      const { session, request, reply } = visit
      if (session.status !== 'open') return html(reply, 200, closedPage(session, languageOf(visit)))
      const card = testCardOf(textAt(parseForm(request.url.split('?')[1] ?? ''), 'card'))
      return show(visit, entry(session, card === '' ? {} : { card, expiry: testExpiry }), null, 200)
    }),
  )
  app.post<Id>(
    '/c/pay/:id',
    page((visit) => {
      const { session, request } = visit
      const field = fieldsOf(request)
      const typed = { email: field('email'), holder: field('holder'), card: field('cardNumber'), expiry: field('expiry') }
      const outcome = payWithCard(context, session.id, typed.card, typed.expiry)
      const entered = entry(session, typed)
      if (outcome.kind === 'authenticate') enteredBefore3ds.set(session.id, entered)
      return finish(visit, outcome, entered)
    }),
  )
  app.get<Id>(
    '/c/pay/:id/3ds',
    page((visit) => {
      const { session, reply } = visit
      const shown = session.status === 'open' ? authenticationPage : closedPage
      return html(reply, 200, shown(session, languageOf(visit)))
    }),
  )
  app.post<Id>(
    '/c/pay/:id/3ds',
    page((visit) => {
      const { session, request } = visit
      const outcome = authenticate(context, session.id, fieldsOf(request)('outcome') === 'complete')
      const entered = enteredBefore3ds.get(session.id) ?? entry(session)
      enteredBefore3ds.delete(session.id)
      return finish(visit, outcome, entered)
    }),
  )
}
