// Records each mail as a span, whatever the provider, when the work that sends it is recorded. Addresses stay out of spans.
import { inSpan } from '@cartwright/telemetry'
import type { Mailer } from './mailer.ts'

export const recordMails = (mailer: Mailer, provider: string): Mailer => ({
  send: (mail) =>
    inSpan({ name: 'send mail', kind: 'client', attributes: { 'peer.service': provider } }, () => mailer.send(mail)),
  close: () => mailer.close(),
})
