// Security events: a log line with stable field names and a counter for each. The fields have no room for secrets or e-mail addresses.

import type { Tx } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'
import { type AuditEntry, audit } from '../operations/audit.ts'
import type { Metrics } from '../operations/kit-metrics.ts'

/** The only list of security events, with level and message of their log lines. */
export const securityEvents = {
  access_denied: { level: 'info', message: 'a token was refused, or its role is not enough' },
  access_revoked: { level: 'info', message: 'access tokens issued so far are refused from now on' },
  registered: { level: 'info', message: 'an account was registered' },
  signed_in: { level: 'info', message: 'a session was opened' },
  sign_in_failed: { level: 'info', message: 'a password was wrong, or the account unknown' },
  sign_in_throttled: { level: 'warn', message: 'sign-ins are delayed after many failures; check the client address' },
  code_failed: { level: 'info', message: 'a one-time code was wrong' },
  code_throttled: { level: 'warn', message: 'one-time codes are refused after many wrong ones; check the client address' },
  reauthentication_failed: {
    level: 'warn',
    message: 'a signed-in caller gave a wrong current password; the token may be stolen',
  },
  refresh_reused: {
    level: 'warn',
    message: 'a rotated refresh token was used again and its session was ended; it may be stolen',
  },
  session_ended: { level: 'info', message: 'a session was ended' },
  sessions_ended: { level: 'info', message: 'all sessions of an account were ended' },
  password_reset: { level: 'info', message: 'a mailed code set a new password' },
  password_changed: { level: 'info', message: 'the owner changed the password' },
  email_change_requested: { level: 'info', message: 'a new e-mail address was asked for' },
  email_changed: { level: 'info', message: 'a new e-mail address was confirmed' },
  email_change_undone: { level: 'warn', message: 'the old e-mail address was restored; the account may have been taken over' },
  account_blocked: { level: 'info', message: 'an operator blocked an account' },
  account_unblocked: { level: 'info', message: 'an operator lifted a block' },
  account_closed: { level: 'info', message: 'an account was closed' },
  role_changed: { level: 'warn', message: 'the role of an account was changed' },
  admin_created: { level: 'warn', message: 'an admin was created from the command line' },
} as const satisfies Record<string, { level: 'info' | 'warn'; message: string }>

export type SecurityEvent = keyof typeof securityEvents

/** Fields of a log line: ids and reasons only. */
interface SecurityFacts {
  /** The account. */
  userId?: string
  /** The principal who acted, when it is not the account itself. */
  actorId?: string
  sessionId?: string
  /** Client address as the gateway saw it. */
  clientAddress?: string
  /** Operation id of the contract. */
  operation?: string
  /** A stable code such as `forbidden`, never free text. */
  reason?: string
}

/** Logs and counts a security event. Call it after the commit, since a rolled-back change did not happen. */
export const recordSecurityEvent = (
  { log, metrics }: { log: Logger; metrics: Metrics },
  event: SecurityEvent,
  facts: SecurityFacts = {},
): void => {
  const { level, message } = securityEvents[event]
  const { userId, clientAddress, ...others } = facts
  metrics.securityEvents.inc({ event })
  log[level](
    {
      'event.dataset': 'cartwright.security',
      'event.action': event,
      ...(userId === undefined ? {} : { 'user.id': userId }),
      ...(clientAddress === undefined ? {} : { 'client.address': clientAddress }),
      ...others,
    },
    `security: ${message}`,
  )
}

/** Records a security event that changes an account: an audit row in its transaction, log line and counter after the commit. */
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
