// Webhook endpoints of mail providers: verify the signature, then mark the addresses of bounces and complaints.
import { AppError, notificationApi } from '@cartwright/contracts'
import { route } from '../../deps.ts'
import { markAddress, takeOnce } from '../../domain/deliverability/mark-address.ts'
import { mailgunEvents, sendGridEvents } from './events.ts'
import { verifyMailgun, verifySendGrid } from './signature.ts'

/** One transaction per event: a batch that fails half-way is delivered again, and the events that were applied are taken once. */
export const sendGridWebhook = route(notificationApi.sendGridWebhook, async ({ request, deps }) => {
  const { rawBody: body = Buffer.alloc(0), headers } = request
  const signature = headers['x-twilio-email-event-webhook-signature']
  const timestamp = headers['x-twilio-email-event-webhook-timestamp']
  verifySendGrid({ body, signature, timestamp }, deps.webhookKeys.sendGrid, deps.clock.now())
  for (const event of sendGridEvents(request.body)) await deps.db.tx((tx) => markAddress(tx, event, deps))
  return { received: true }
})

/** The token is taken in the transaction of the event, so that a delivery that failed may be repeated with it. */
export const mailgunWebhook = route(notificationApi.mailgunWebhook, async ({ request, deps }) => {
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null) throw new AppError('signature_invalid')
  const token = verifyMailgun(Reflect.get(body, 'signature'), deps.webhookKeys.mailgun, deps.clock.now())
  const events = mailgunEvents(body)
  await deps.db.tx(async (tx) => {
    if (!(await takeOnce(tx, 'mailgun', 'token', token))) return
    for (const event of events) await markAddress(tx, event, deps)
  })
  return { received: true }
})
