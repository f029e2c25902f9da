// Makes audit rows append-only by triggers, where the service's database user may create them. An erasure may blank a row's texts, once.
import { type Database, raw } from '@cartwright/db'
import type { Logger } from './logger.ts'

const refuse = `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit rows are append-only'`

/** What no change touches: who did what to whom, when, and in which request. */
const fixed = ['id', 'actor', 'action', 'target', 'correlation_id', 'created_at']
/** What an erasure may set to NULL. */
const blankable = ['client_address', 'reason']
/** What an erasure may blank in parts, but not invent. */
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

/** Another replica made it at the same moment. */
const alreadyExists = 1359

const createTrigger = async (db: Database, { name, event, body }: (typeof triggers)[number]): Promise<void> => {
  const known = await db.one`SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ${name}`
  if (known !== null) return
  try {
    await db.run`CREATE TRIGGER ${raw(name)} BEFORE ${raw(event)} ON audit_entry FOR EACH ROW ${raw(body)}`
  } catch (error) {
    if ((error as { errno?: number }).errno !== alreadyExists) throw error
  }
}

/**
 * Run at each start. A user who may not create triggers, or a server with a binary log that trusts nobody with them, does not keep the
 * service from starting: then only the code appends and nothing more, and the line says what an operator can do.
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
