// Facts that identity announces. A one-time code travels sealed for notification and nowhere else.
import { Type } from 'typebox'
import { Locale, Recipient, Time } from '../common.ts'
import { publisher } from '../event.ts'
import { erasedAs } from '../personal.ts'
import { AccessRevocation } from './internal-api.ts'
import { CodePurpose, UserId } from './schemas.ts'

const identity = publisher('identity', 'identity.events')
const user = { aggregate: 'user', key: 'userId' } as const

export const identityEvents = {
  codeRequested: identity(
    'identity.code-requested',
    1,
    user,
    Type.Object({
      userId: UserId,
      purpose: CodePurpose,
      recipient: Recipient,
      locale: Locale,
      /** Compact JWE for notification's key; opened only when the mail is sent. */
      sealedCode: Type.String(erasedAs('')),
      expiresAt: Time,
    }),
  ),
  customerVerified: identity(
    'identity.customer-verified',
    1,
    user,
    Type.Object({ userId: UserId, recipient: Recipient, locale: Locale }),
  ),
  passwordChanged: identity(
    'identity.password-changed',
    1,
    user,
    Type.Object({ userId: UserId, recipient: Recipient, locale: Locale, at: Time }),
  ),
  emailChanged: identity(
    'identity.email-changed',
    1,
    user,
    Type.Object({
      userId: UserId,
      recipient: Recipient,
      previousRecipient: Recipient,
      locale: Locale,
      at: Time,
      /** Undoes the change; compact JWE for notification's key, mailed to the previous address only. Absent when a change was undone. */
      sealedUndoToken: Type.Optional(Type.String(erasedAs(''))),
      undoUntil: Type.Optional(Time),
    }),
  ),
  /** Heard by every instance of every service: access tokens that were issued before are refused from now on. */
  accessRevoked: identity('identity.access-revoked', 1, user, AccessRevocation),
  accountClosed: identity('identity.account-closed', 1, user, Type.Object({ userId: UserId, at: Time })),
}
