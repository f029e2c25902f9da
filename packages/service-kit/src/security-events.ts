// Security events: one log line with stable field names and one counter for each. No secret, code, token or e-mail address gets in.
import type { Tx } from '@cartwright/db'
import { type AuditEntry, audit } from './audit.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** Every event with the level of its line and what it says: the only list. */
export const securityEvents = {
  access_denied: { level: 'info', says: 'a token was refused, or its role is not enough' },
  access_revoked: { level: 'info', says: 'access tokens issued so far are refused from now on' },
  registered: { level: 'info', says: 'an account was registered' },
  signed_in: { level: 'info', says: 'a session was opened' },
  sign_in_failed: { level: 'info', says: 'a password was wrong, or the account unknown' },
  sign_in_throttled: { level: 'warn', says: 'sign-ins are delayed after many failures; look at the client address' },
  code_failed: { level: 'info', says: 'a one-time code was wrong' },
  code_throttled: { level: 'warn', says: 'one-time codes are refused after many wrong ones; look at the client address' },
  reauthentication_failed: { level: 'warn', says: 'a signed-in caller gave a wrong current password; the token may be stolen' },
  refresh_reused: { level: 'warn', says: 'a rotated refresh token was used again and its session was ended; it may be stolen' },
  session_ended: { level: 'info', says: 'a session was ended' },
  sessions_ended: { level: 'info', says: 'all sessions of an account were ended' },
  password_reset: { level: 'info', says: 'a mailed code set a new password' },
  password_changed: { level: 'info', says: 'the owner changed the password' },
  email_change_requested: { level: 'info', says: 'a new e-mail address was asked for' },
  email_changed: { level: 'info', says: 'a new e-mail address was confirmed' },
  email_change_undone: { level: 'warn', says: 'the old e-mail address was restored; the account may have been taken over' },
  account_blocked: { level: 'info', says: 'an operator blocked an account' },
  account_unblocked: { level: 'info', says: 'an operator lifted a block' },
  account_closed: { level: 'info', says: 'an account was closed' },
  role_changed: { level: 'warn', says: 'the role of an account was changed' },
  admin_created: { level: 'warn', says: 'an admin was created from the command line' },
} as const satisfies Record<string, { level: 'info' | 'warn'; says: string }>

export type SecurityEvent = keyof typeof securityEvents

/** What a line may hold: ids and reasons. A type without room for anything else keeps secrets out. */
export interface SecurityFacts {
  /** Whose account it is about. */
  userId?: string
  /** Who did it, when that is somebody else. */
  actorId?: string
  sessionId?: string
  /** Where the call came from, as the gateway saw it. */
  clientAddress?: string
  /** Operation id of the contract. */
  operation?: string
  /** A stable code such as `forbidden`, never a sentence that somebody typed. */
  reason?: string
}

/** Logs and counts a security event. Call it after the commit: an effect that was rolled back did not happen. */
export const recordSecurityEvent = (
  { log, metrics }: { log: Logger; metrics: Metrics },
  event: SecurityEvent,
  facts: SecurityFacts = {},
): void => {
  const { level, says } = securityEvents[event]
  metrics.securityEvents.inc({ event })
  log[level]({ securityEvent: event, ...facts }, `security: ${says}`)
}

/** A security event that changes an account: an audit row in the transaction of the change, and line and count after its commit. */
export const auditSecurityEvent = async (
  tx: Tx,
  deps: { log: Logger; metrics: Metrics },
  event: SecurityEvent,
  facts: SecurityFacts & { userId: string },
  state: Pick<AuditEntry, 'before' | 'after'> = {},
): Promise<void> => {
  const { userId, actorId = userId, sessionId, clientAddress, reason } = facts
  await audit(tx, {
    actor: actorId,
    action: `security.${event}`,
    target: userId,
    ...(sessionId === undefined ? state : { after: { sessionId } }),
    ...(clientAddress === undefined ? {} : { clientAddress }),
    ...(reason === undefined ? {} : { reason }),
  })
  tx.afterCommit(() => recordSecurityEvent(deps, event, facts))
}
