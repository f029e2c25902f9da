// Triggers that keep the rows of a table as they were inserted, where the database user may create them.

import { type Database, raw } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'

/** A table whose rows are inserted and neither changed nor deleted. */
export interface AppendOnlyTable {
  table: string
  /** SQL condition over OLD and NEW of the only update that is allowed. */
  allowedUpdate?: string
}

const triggersOf = ({ table, allowedUpdate }: AppendOnlyTable) => {
  const refuse = `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rows of ${table} are append-only'`
  const onUpdate = allowedUpdate === undefined ? refuse : `IF NOT (${allowedUpdate}) THEN ${refuse}; END IF`
  return [
    { table, name: `${table}_no_update`, event: 'UPDATE', body: onUpdate },
    { table, name: `${table}_no_delete`, event: 'DELETE', body: refuse },
  ] as const
}
type Trigger = ReturnType<typeof triggersOf>[number]

/** Error number when another replica created the trigger at the same moment. */
const triggerExists = 1359

const createTrigger = async (db: Database, { table, name, event, body }: Trigger): Promise<void> => {
  const known = await db.one`SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ${name}`
  if (known !== null) return
  try {
    await db.run`CREATE TRIGGER ${raw(name)} BEFORE ${raw(event)} ON ${raw(table)} FOR EACH ROW ${raw(body)}`
  } catch (error) {
    if ((error as { errno?: number }).errno !== triggerExists) throw error
  }
}

/**
 * Creates missing triggers at each start. A service whose database user may not create triggers starts all the same; the log line then
 * says what an operator can do.
 */
export const protectRows = async (db: Database, log: Logger, tables: readonly AppendOnlyTable[]): Promise<void> => {
  const names = tables.map(({ table }) => table).join(', ')
  try {
    for (const trigger of tables.flatMap(triggersOf)) await createTrigger(db, trigger)
  } catch (error) {
    log.warn(
      { err: error },
      `database: triggers that keep rows of ${names} append-only cannot be created; grant TRIGGER (with a binary log also log_bin_trust_function_creators), or take UPDATE and DELETE on them from the service’s user`,
    )
  }
}
