// Makes audit rows append-only by triggers, where the service's database user may create them.
import { type Database, raw } from '@cartwright/db'
import type { Logger } from './logger.ts'

const triggers = [
  ['audit_entry_no_update', 'UPDATE'],
  ['audit_entry_no_delete', 'DELETE'],
] as const

/** Another replica made it at the same moment. */
const alreadyExists = 1359

const createTrigger = async (db: Database, name: string, operation: string): Promise<void> => {
  const known = await db.one`SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ${name}`
  if (known !== null) return
  try {
    await db.run`CREATE TRIGGER ${raw(name)} BEFORE ${raw(operation)} ON audit_entry FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit rows are append-only'`
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
    for (const [name, operation] of triggers) await createTrigger(db, name, operation)
  } catch (error) {
    log.warn(
      { err: error },
      'audit: triggers that keep audit rows append-only cannot be created; grant TRIGGER (with a binary log also log_bin_trust_function_creators), or take UPDATE and DELETE on audit_entry from the service’s user',
    )
  }
}
