// Triggers that make the audit log append-only, where the database user may create them. An erasure may blank a row once.

import { type Database, raw } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'

const refuse = `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit rows are append-only'`

/** Columns that never change. */
const fixed = ['id', 'actor', 'action', 'target', 'correlation_id', 'created_at']
/** Columns that an erasure may set to NULL. */
const blankable = ['client_address', 'reason']
/** Columns that an erasure may blank in parts, but not fill. */
const states = ['state_before', 'state_after']

const isErasure = [
  'OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL',
  ...fixed.map((column) => `NEW.${column} <=> OLD.${column}`),
  ...blankable.map((column) => `(NEW.${column} IS NULL OR NEW.${column} <=> OLD.${column})`),
  ...states.map((column) => `(NEW.${column} IS NULL OR OLD.${column} IS NOT NULL)`),
].join(' AND ')

const triggers = [
  { name: 'audit_entry_no_update', event: 'UPDATE', body: `IF NOT (${isErasure}) THEN ${refuse}; END IF` },
  { name: 'audit_entry_no_delete', event: 'DELETE', body: refuse },
] as const

/** Error number when another replica created the trigger at the same moment. */
const triggerExists = 1359

const createTrigger = async (db: Database, { name, event, body }: (typeof triggers)[number]): Promise<void> => {
  const known = await db.one`SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ${name}`
  if (known !== null) return
  try {
    await db.run`CREATE TRIGGER ${raw(name)} BEFORE ${raw(event)} ON audit_entry FOR EACH ROW ${raw(body)}`
  } catch (error) {
    if ((error as { errno?: number }).errno !== triggerExists) throw error
  }
}

/**
 * Creates missing triggers at each start. A service whose database user may not create triggers starts all the same; the log line then
 * says what an operator can do.
 */
export const protectAudit = async (db: Database, log: Logger): Promise<void> => {
  try {
    for (const trigger of triggers) await createTrigger(db, trigger)
  } catch (error) {
    log.warn(
      { err: error },
      'audit: triggers that keep audit rows append-only cannot be created; grant TRIGGER (with a binary log also log_bin_trust_function_creators), or take UPDATE and DELETE on audit_entry from the service’s user',
    )
  }
}
