// Event handler: identity requests a code. The code stays sealed until the mail is sent; `already-registered` has no code.
import { identityEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'
import { minutesOf } from './minutes.ts'

export const onCodeRequested = on(identityEvents.codeRequested, async ({ tx, message: cause, deps }) => {
  const { purpose, recipient, locale, userId, sealedCode, expiresAt } = cause.data
  // No name: the caller may be a stranger to this address, and events of older versions carry the name that was typed.
  const common = { cause, to: { email: recipient.email }, locale, userId }
  if (purpose === 'already-registered') return queueEmail(tx, { ...common, template: purpose, content: {} }, deps)
  await queueEmail(
    tx,
    { ...common, template: purpose, content: { minutes: minutesOf(cause.at, expiresAt) }, code: { sealedCode, expiresAt } },
    deps,
  )
})
