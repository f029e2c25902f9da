// Table of the audit log for the triggers that keep it append-only. An erasure may blank a row once.

import type { AppendOnlyTable } from './protect-rows.ts'

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

export const auditTable: AppendOnlyTable = { table: 'audit_entry', allowedUpdate: isErasure }
