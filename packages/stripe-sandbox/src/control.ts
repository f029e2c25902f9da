// Control paths of the sandbox: move the clock, inject webhook faults, script refunds and disputes, read the ledger.
import type { FastifyInstance } from 'fastify'
import { completeWithoutMoney, settleDelayedPayment } from './cards.ts'
import { openDispute, setDisputeStatus } from './disputes.ts'
import type { WebhookMode, WebhookSettings } from './fault-injection.ts'
import { createRefund, type RefundMode, settleRefund } from './refunds.ts'
import { eventOf } from './render.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { addAge, type State } from './state.ts'
import { invalid, missing } from './stripe-error.ts'
import type { WebhookSender } from './webhooks.ts'

export interface ControlParts {
  context: SandboxContext
  webhooks: WebhookSender
  setRefundMode(mode: RefundMode): void
  setWebhookUrls(urls: readonly string[]): void
  /** Sets how far the sandbox's clock is ahead of real time; negative when it is behind. */
  setClockOffset(seconds: number): void
  /** Runs everything that has become due. */
  tick(): void
  rewrite(): void
}

type Id = { Params: { id: string } }
type Body = Record<string, unknown>

const webhookModes: readonly WebhookMode[] = ['deliver', 'delay', 'duplicate', 'reorder', 'drop']
const refundModes: readonly RefundMode[] = ['succeed', 'pending', 'fail']

const oneOf = <T extends string>(value: unknown, allowed: readonly T[], param: string): T => {
  const match = allowed.find((candidate) => candidate === value)
  if (match === undefined) throw invalid(`${param} takes ${allowed.join(', ')}`, param)
  return match
}
const secondsOf = (value: unknown, param: string): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw invalid(`${param} takes a whole number of seconds`, param)
  return value
}
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const bodyOf = (body: unknown): Body => (typeof body === 'object' && body !== null ? (body as Body) : {})

const settingsOf = (body: Body): WebhookSettings => ({
  mode: oneOf(body.mode, webhookModes, 'mode'),
  ...(body.delaySec === undefined ? {} : { delaySec: secondsOf(body.delaySec, 'delaySec') }),
  ...(body.count === undefined ? {} : { count: secondsOf(body.count, 'count') }),
  ...(body.copies === undefined ? {} : { copies: secondsOf(body.copies, 'copies') }),
  ...(body.types === undefined ? {} : { types: textsOf(body.types) }),
})

/** Captured minus succeeded refunds, per currency, in minor units. */
export const balanceOf = (state: State): Record<string, number> => {
  const balance: Record<string, number> = {}
  const add = (currency: string, amount: number) => {
    balance[currency] = (balance[currency] ?? 0) + amount
  }
  for (const charge of state.charges.values()) add(charge.currency, charge.amount_captured)
  for (const refund of state.refunds.values()) if (refund.status === 'succeeded') add(refund.currency, -refund.amount)
  return balance
}

const webhookControls = (app: FastifyInstance, { webhooks, context, setWebhookUrls }: ControlParts): void => {
  const eventById = (id: string) => {
    const event = context.state.events.get(id)
    if (event === undefined) throw missing('event', id)
    return event
  }
  app.post('/_sandbox/webhooks', async ({ body }) => {
    const given = bodyOf(body)
    if (given.urls !== undefined) setWebhookUrls(textsOf(given.urls))
    if (given.mode !== undefined || given.urls === undefined) webhooks.configure(settingsOf(given))
    return { ok: true }
  })
  app.get('/_sandbox/webhooks', async () => ({ deliveries: webhooks.log() }))
  app.get('/_sandbox/events', async () => ({
    events: [...context.state.events.values()].map((event) => ({ ...eventOf(event), delivery: event.delivery })),
  }))
  app.post<Id>('/_sandbox/events/:id/send', async ({ params }) => ({ status: await webhooks.send(eventById(params.id)) }))
}

const percentOf = (value: unknown, param: string): number => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 100)) throw invalid(`${param} takes a number from 0 to 100`, param)
  return value
}

const moneyControls = (app: FastifyInstance, { context, setRefundMode }: ControlParts): void => {
  app.post('/_sandbox/declines', async ({ body }) => {
    context.declines.setPercent(percentOf(bodyOf(body).percent, 'percent'))
    return { ok: true }
  })
  app.post('/_sandbox/refunds', async ({ body }) => {
    setRefundMode(oneOf(bodyOf(body).mode, refundModes, 'mode'))
    return { ok: true }
  })
  app.post<Id>('/_sandbox/refunds/:id/settle', async ({ params, body }) =>
    settleRefund(context, params.id, bodyOf(body).success !== false),
  )
  app.post('/_sandbox/dashboard-refund', async ({ body }) => {
    const { paymentIntent, amount } = bodyOf(body)
    return createRefund(
      context,
      { payment_intent: String(paymentIntent), ...(amount === undefined ? {} : { amount: String(amount) }) },
      'succeed',
    )
  })
  app.post('/_sandbox/disputes', async ({ body }) => {
    const { charge, reason } = bodyOf(body)
    return openDispute(context, String(charge), typeof reason === 'string' ? reason : 'fraudulent')
  })
  app.post<Id>('/_sandbox/disputes/:id/review', async ({ params }) => setDisputeStatus(context, params.id, 'under_review'))
  app.post<Id>('/_sandbox/disputes/:id/close', async ({ params, body }) =>
    setDisputeStatus(context, params.id, oneOf(bodyOf(body).outcome, ['won', 'lost'], 'outcome')),
  )
  app.post<Id>('/_sandbox/sessions/:id/pay-later', async ({ params }) => completeWithoutMoney(context, params.id))
  app.post<Id>('/_sandbox/sessions/:id/settle', async ({ params, body }) =>
    settleDelayedPayment(context, params.id, bodyOf(body).success !== false),
  )
}

/** Mounts the control paths. They take JSON and need no key. */
export const mountControl = (app: FastifyInstance, parts: ControlParts): void => {
  const { context } = parts
  const { state } = context
  app.post('/_sandbox/clock', async ({ body }) => {
    const { advanceSec = 0, offsetSec } = bodyOf(body)
    const seconds = secondsOf(advanceSec, 'advanceSec')
    if (offsetSec !== undefined) {
      if (!Number.isInteger(offsetSec)) throw invalid('offsetSec takes a whole number of seconds', 'offsetSec')
      parts.setClockOffset(Number(offsetSec))
    }
    addAge(state, seconds)
    parts.webhooks.addAge(seconds)
    parts.rewrite()
    parts.tick()
    return { ok: true }
  })
  app.get('/_sandbox/ledger', async () => ({
    sessions: [...state.sessions.values()],
    paymentIntents: [...state.intents.values()],
    charges: [...state.charges.values()],
    refunds: [...state.refunds.values()],
    disputes: [...state.disputes.values()],
    balance: balanceOf(state),
  }))
  webhookControls(app, parts)
  moneyControls(app, parts)
}
