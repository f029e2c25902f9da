// Identity asks for a code to be mailed. It stays sealed until it is sent; the mail to an address that has an account already carries none.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'
import { minutesOf } from './minutes.ts'

export const onCodeRequested = on(identityEvents.codeRequested, async (tx, cause, deps: NotificationDeps) => {
  const { purpose, recipient, locale, userId, sealedCode, expiresAt } = cause.data
  // The address alone: whoever asked may be a stranger to it, and an event of before that was the rule may name them.
  const common = { cause, to: { email: recipient.email }, locale, userId }
  if (purpose === 'already-registered') return askForMail(tx, { ...common, template: purpose, content: {} }, deps)
  await askForMail(
    tx,
    { ...common, template: purpose, content: { minutes: minutesOf(cause.at, expiresAt) }, code: { sealedCode, expiresAt } },
    deps,
  )
})
