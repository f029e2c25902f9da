// Job that renders and sends a mail. The code is decrypted here only. While the mail server is down, the job is retried.
import { chooseLocale, notificationEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { PermanentFailure, publish } from '@cartwright/messaging'
import { findMessage, type MessageRow, settleMessage } from '../../db/messages.ts'
import { isUndeliverable } from '../../db/undeliverable.ts'
import { job, type NotificationDeps } from '../../deps.ts'
import { isSentAnyway } from '../../domain/deliverability/decide.ts'
import { type Delivery, deliverKind } from '../../domain/message.ts'
import { render } from '../../domain/templates/render.ts'
import { Deferred } from '../../integrations/mailer.ts'
import { orderUrlOf } from './order-url.ts'

/** Final state of the mail; null when it was not pending any more. */
type Outcome = { state: 'sent' | 'expired' | 'undeliverable'; template: string } | null

const isOver = (at: Date | null | undefined, deps: NotificationDeps): boolean => at != null && at <= deps.clock.now()

const rendered = async (row: MessageRow, code: string | null, deps: NotificationDeps) => {
  try {
    const { timeZone, shopName, locale: shopLocale } = deps.shared
    const locale = chooseLocale([row.locale], shopLocale)
    const publicUrl = deps.shared.publicUrl.replace(/\/$/, '')
    const orderUrl = await orderUrlOf(row, locale, deps)
    const reader = { name: row.recipient_name, locale, timeZone, shopName, publicUrl, orderUrl, code }
    return render(row.template, JSON.parse(row.content ?? 'null'), reader)
  } catch (cause) {
    throw new PermanentFailure('the mail cannot be rendered: its template and its content do not fit', { cause })
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

const reasonOf = (state: string): string | null =>
  state === 'undeliverable'
    ? 'not sent: the address has bounced or its owner has complained; clear its mark and send again'
    : null

const count = (tx: Tx, template: string, result: string, deps: NotificationDeps): void =>
  tx.afterCommit(() => deps.mails.inc({ template, result }))

/** A mail is sent twice when the process dies, or loses its lease, after the server has accepted it. Both have the same Message-ID. */
export const deliverMail = job<Delivery, Outcome>({
  kind: deliverKind,
  effect: async ({ item: { payload, confirmLease }, deps }) => {
    const row = await findMessage(deps.db, payload.messageId)
    if (row === null || row.state !== 'pending' || row.resends !== payload.resends || row.recipient === null) return null
    const { template } = row
    if (isOver(row.expires_at, deps)) return { state: 'expired', template }
    const opened = row.sealed_code === null ? null : await deps.codes.open(row.sealed_code)
    if (isOver(opened?.expiresAt, deps)) return { state: 'expired', template }
    if (!isSentAnyway(template) && (await isUndeliverable(deps.db, row.recipient))) return { state: 'undeliverable', template }
    deps.crash?.('before-effect', deliverKind)
    // Neither SMTP nor the providers take an idempotency key, so the lease is checked right before sending.
    await confirmLease()
    await send(row, row.recipient, payload, opened?.code ?? null, deps)
    return { state: 'sent', template }
  },
  apply: async ({ tx, item: { payload }, result: outcome, deps }) => {
    if (outcome === null) return
    const { state, template } = outcome
    if (await settleMessage(tx, payload.messageId, payload.resends, state, reasonOf(state))) count(tx, template, state, deps)
  },
  giveUp: async ({ tx, item: { payload }, error, deps }) => {
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
