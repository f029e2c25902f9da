// Remembers who changed what by hand: one append-only row per admin write, in the transaction of the write.
import { list, type Queryable, type Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/messaging'
import { operatorAddress } from './operator-address.ts'

/** What an operator did. `before` and `after` hold what the write touched; never a secret, a code, a token or an e-mail address. */
export interface AuditEntry {
  /** Id of the principal who asked, such as `usr_…`. */
  actor: string
  /** Verb in the words of the API, such as `product.update`. */
  action: string
  /** Id of what was changed, such as `prd_…` or a SKU. */
  target: string
  /** Null for what did not exist before. */
  before?: object | null
  /** Null for what exists no longer. */
  after?: object | null
  /** Where the call came from, as the gateway saw it; that of the operator's call under way when left out. */
  clientAddress?: string
  /** Why, in an operator's words or as a stable code. */
  reason?: string
}

const jsonOrNull = (state: object | null | undefined): string | null => (state ? JSON.stringify(state) : null)

/** Writes an audit row; it commits or vanishes with the change that it describes. An update that changed nothing leaves none. */
export const audit = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  const { actor, action, target, before, after, clientAddress = operatorAddress(), reason } = entry
  if (before && after && Object.keys(changesOf<object>(before, after).after).length === 0) return
  await tx.run`INSERT INTO audit_entry (actor, action, target, state_before, state_after, correlation_id, client_address, reason, created_at)
    VALUES (${actor}, ${action}, ${target}, ${jsonOrNull(before)}, ${jsonOrNull(after)}, ${currentTrace().correlationId.slice(0, 80)},
      ${clientAddress?.slice(0, 64) ?? null}, ${reason?.slice(0, 200) ?? null}, ${tx.dbNow})`
}

/** The members that differ, before and after: what an audit row of an update holds. */
export const changesOf = <T extends object>(before: T, after: T): { before: Partial<T>; after: Partial<T> } => {
  const differ = (name: string) => JSON.stringify(Reflect.get(before, name)) !== JSON.stringify(Reflect.get(after, name))
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(differ)
  const only = (state: T): Partial<T> =>
    Object.fromEntries(Object.entries(state).filter(([name]) => names.includes(name))) as Partial<T>
  return { before: only(before), after: only(after) }
}

/** Members of a state in which people write freely, or that identify somebody. */
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

/** A reason that the code gives, such as `password_reset`, is no free text. */
const isCode = (reason: string | null): boolean => reason === null || /^[a-z][a-z0-9_.-]*$/.test(reason)

const withoutPerson = (row: PersonalColumns): PersonalColumns => ({
  ...row,
  state_before: withoutPersonalMembers(row.state_before),
  state_after: withoutPersonalMembers(row.state_after),
  // An operator's own address stays with what the operator did.
  client_address: row.actor === row.target ? null : row.client_address,
  reason: isCode(row.reason) ? row.reason : null,
})

/**
 * Erases what identifies a person in the audit rows about these subjects. Who did what, and when, stays. The row is marked as erased:
 * it is the one change that the triggers of `protect-audit.ts` let through, and only once.
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
