// Stored replies of one operation that created a resource, for invariants that compare them with the resources.
import { type Database, sql } from '@cartwright/db'
import type { Row, Scan } from '@cartwright/messaging'

interface CreatedReply {
  principalId: string
  /** `id` in the body of the reply. */
  resourceId: string
  row: Row
}

const table = 'idempotency_key'

/** The newest stored 201 replies of an operation, and the scan's slice of older ones. */
export const listCreatedReplies = async (
  db: Database,
  scan: Scan,
  { operationId, newest }: { operationId: string; newest: number },
): Promise<CreatedReply[]> => {
  const slice = await scan.older(db, table, ['scope', 'idempotency_key'])
  const recent = sql`
    SELECT scope, idempotency_key
    FROM (SELECT scope, idempotency_key FROM idempotency_key ORDER BY created_at DESC LIMIT ${newest}) newest`
  const rows = await db.rows<{ scope: string; name: string; resource_id: string }>`
    SELECT k.scope, k.idempotency_key AS name, JSON_UNQUOTE(JSON_EXTRACT(k.body, '$.id')) AS resource_id
    FROM (${recent} UNION ${slice}) candidates
    JOIN idempotency_key k ON k.scope = candidates.scope AND k.idempotency_key = candidates.idempotency_key
    WHERE k.status = 201 AND k.scope LIKE ${`%:${operationId}`}`
  return rows.map(({ scope, name, resource_id: resourceId }) => ({
    principalId: scope.split(':')[0] ?? '',
    resourceId,
    row: { table, key: [scope, name] },
  }))
}
