// Remembers who changed what by hand: one append-only row per admin write, in the transaction of the write.
import type { Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/messaging'

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
  /** Where the call came from, as the gateway saw it. */
  clientAddress?: string
  /** Why, in an operator's words or as a stable code. */
  reason?: string
}

const jsonOrNull = (state: object | null | undefined): string | null => (state ? JSON.stringify(state) : null)

/** Writes an audit row; it commits or vanishes with the change that it describes. */
export const audit = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  const { actor, action, target, before, after, clientAddress, reason } = entry
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
