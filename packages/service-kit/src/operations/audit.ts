// Audit log: one append-only row per write of an operator, in the transaction of the write.

import { list, type Queryable, type Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/telemetry'
import { operatorAddress } from '../http/operator-address.ts'

/** A write of an operator. `before` and `after` hold the members that it changed, never a secret, code, token or e-mail address. */
export interface AuditEntry {
  /** Id of the acting principal, such as `usr_…`. */
  actor: string
  /** Object and verb, such as `product.update`. */
  action: string
  /** Id of what was changed, such as `prd_…` or a SKU. */
  target: string
  /** Null when the target did not exist before. */
  before?: object | null
  /** Null when the target exists no longer. */
  after?: object | null
  /** Client address as the gateway saw it; the address of the operator's request in progress when left out. */
  clientAddress?: string
  /** The operator's words, or a stable code. */
  reason?: string
}

const jsonOrNull = (state: object | null | undefined): string | null => (state ? JSON.stringify(state) : null)

/** Inserts an audit row in the transaction of the change. An update that changed nothing inserts none. */
export const audit = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  const { actor, action, target, before, after, clientAddress = operatorAddress(), reason } = entry
  if (before && after && Object.keys(changesOf<object>(before, after).after).length === 0) return
  await tx.run`INSERT INTO audit_entry (actor, action, target, state_before, state_after, correlation_id, client_address, reason, created_at)
    VALUES (${actor}, ${action}, ${target}, ${jsonOrNull(before)}, ${jsonOrNull(after)}, ${currentTrace().correlationId.slice(0, 80)},
      ${clientAddress?.slice(0, 64) ?? null}, ${reason?.slice(0, 200) ?? null}, ${tx.dbNow})`
}

/** The members that differ between two states, for the audit row of an update. */
export const changesOf = <T extends object>(before: T, after: T): { before: Partial<T>; after: Partial<T> } => {
  const differ = (name: string) => JSON.stringify(Reflect.get(before, name)) !== JSON.stringify(Reflect.get(after, name))
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(differ)
  const only = (state: T): Partial<T> =>
    Object.fromEntries(Object.entries(state).filter(([name]) => names.includes(name))) as Partial<T>
  return { before: only(before), after: only(after) }
}

/** Members that hold free text or identify a person. */
const personalMembers = new Set([
  'reason',
  'note',
  'email',
  'name',
  'address',
  'addresses',
  'phone',
  'clientAddress',
  'recipient',
])

const withoutPersonalMembers = (state: string | null): string | null =>
  state === null
    ? null
    : JSON.stringify(JSON.parse(state), (member, value: unknown) => (personalMembers.has(member) ? null : value))

interface PersonalColumns {
  id: number
  actor: string
  target: string
  state_before: string | null
  state_after: string | null
  client_address: string | null
  reason: string | null
}

/** Whether a reason is a stable code such as `password_reset` and not free text. */
const isCode = (reason: string | null): boolean => reason === null || /^[a-z][a-z0-9_.-]*$/.test(reason)

const withoutPerson = (row: PersonalColumns): PersonalColumns => ({
  ...row,
  state_before: withoutPersonalMembers(row.state_before),
  state_after: withoutPersonalMembers(row.state_after),
  // The address of an operator who acted on another account is no data of the erased person.
  client_address: row.actor === row.target ? null : row.client_address,
  reason: isCode(row.reason) ? row.reason : null,
})

/**
 * Erases what identifies a person in the audit rows about these subjects. Actor, action and time stay. The row is marked as erased, the only
 * change that the triggers of `protect-audit.ts` allow, once.
 */
export const eraseAudit = async (db: Queryable, subjectIds: readonly string[]): Promise<void> => {
  const rows =
    await db.rows<PersonalColumns>`SELECT id, actor, target, state_before, state_after, client_address, reason FROM audit_entry
    WHERE target IN (${list(subjectIds)}) AND erased_at IS NULL`
  for (const row of rows) {
    const erased = withoutPerson(row)
    if (JSON.stringify(erased) === JSON.stringify(row)) continue
    await db.run`UPDATE audit_entry SET state_before = ${erased.state_before}, state_after = ${erased.state_after},
      client_address = ${erased.client_address}, reason = ${erased.reason}, erased_at = ${db.dbNow} WHERE id = ${row.id}`
  }
}
