// Delivers a mail: rendered at the moment of sending, so a code exists in clear only here. A mail server that is down delays mails and loses none.
import { notificationEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { job, PermanentFailure, publish } from '@cartwright/messaging'
import { findMessage, type MessageRow, settleMessage } from '../db/messages.ts'
import type { NotificationDeps } from '../deps.ts'
import { type Delivery, deliverKind } from '../message.ts'
import { render } from '../templates/render.ts'
import { orderUrlOf } from './order-url.ts'
import { Deferred } from './smtp.ts'

/** How a mail ended, or null when it had ended before. */
type Outcome = { state: 'sent' | 'expired'; template: string } | null

const isOver = (at: Date | null | undefined, deps: NotificationDeps): boolean => at != null && at <= deps.clock.now()

const rendered = async (row: MessageRow, code: string | null, deps: NotificationDeps) => {
  try {
    const publicUrl = deps.shared.publicUrl.replace(/\/$/, '')
    const orderUrl = await orderUrlOf(row, deps)
    const reader = { name: row.recipient_name, locale: row.locale, publicUrl, orderUrl, code }
    return render(row.template, JSON.parse(row.content ?? 'null'), reader)
  } catch (cause) {
    throw new PermanentFailure('the mail cannot be rendered', { cause })
  }
}

const send = async (
  row: MessageRow,
  address: string,
  delivery: Delivery,
  code: string | null,
  deps: NotificationDeps,
): Promise<void> => {
  const { subject, text, html } = await rendered(row, code, deps)
  const key = delivery.resends === 0 ? row.id : `${row.id}.${delivery.resends}`
  try {
    await deps.mailer.send({ key, to: { address, name: row.recipient_name ?? '' }, subject, text, html })
  } catch (error) {
    const hours = (deps.clock.now().getTime() - row.created_at.getTime()) / 3_600_000
    if (error instanceof Deferred && hours > deps.config.deferHours) throw new PermanentFailure(error.message)
    if (!(error instanceof PermanentFailure)) deps.mails.inc({ template: row.template, result: 'retried' })
    throw error
  }
}

const count = (tx: Tx, template: string, result: string, deps: NotificationDeps): void =>
  tx.afterCommit(() => deps.mails.inc({ template, result }))

/** May send a mail twice when the process dies or loses its lease between the server's yes and our own note; the Message-ID is the same then. */
export const deliverMail = job<Delivery, Outcome, NotificationDeps>({
  kind: deliverKind,
  effect: async ({ payload, confirmLease }, deps) => {
    const row = await findMessage(deps.db, payload.messageId)
    if (row === null || row.state !== 'pending' || row.resends !== payload.resends || row.recipient === null) return null
    const { template } = row
    if (isOver(row.expires_at, deps)) return { state: 'expired', template }
    const opened = row.sealed_code === null ? null : await deps.codes.open(row.sealed_code)
    if (isOver(opened?.expiresAt, deps)) return { state: 'expired', template }
    deps.crash?.('before-effect', deliverKind)
    // A mail server does not recognise a mail that comes a second time.
    await confirmLease()
    await send(row, row.recipient, payload, opened?.code ?? null, deps)
    return { state: 'sent', template }
  },
  apply: async (tx, { payload }, outcome, deps) => {
    if (outcome === null) return
    const { state, template } = outcome
    if (await settleMessage(tx, payload.messageId, payload.resends, state, null)) count(tx, template, state, deps)
  },
  giveUp: async (tx, { payload }, error, deps) => {
    const row = await findMessage(tx, payload.messageId)
    if (row === null || !(await settleMessage(tx, row.id, payload.resends, 'failed', error.message))) return
    await publish(tx, notificationEvents.deliveryFailed, {
      messageId: row.id,
      template: row.template,
      orderId: row.order_id,
      reason: error.message,
    })
    count(tx, row.template, 'failed', deps)
  },
})
