// Dump of the six schemas of a shop, as text that two histories have in common: random values and the moments of a step are masked.
import { schemaOwners } from '@cartwright/contracts'
import { connect } from '@cartwright/db'

/** Tables about the process and not about the shop: who holds a lease, which keys were drawn, when migrations ran. */
const isLeftOut = (table: string): boolean => table === 'lease' || table === 'signing_key' || table.endsWith('_migrations')

/**
 * Columns that are random, or that follow real time in place of the services' clock. `compared` depends on whether the webhook of an
 * expired session arrives before the daily reconciliation looks at it.
 */
const maskedColumns = new Set([
  'headers',
  'traceparent',
  'correlation_id',
  'password_hash',
  'token_hash',
  'leased_by',
  'leased_until',
  'available_at',
  'published_at',
  'compared',
])
/** Concurrent consumers number their rows in any order. */
const unorderedTables = new Set(['outbox_event', 'work_item', 'saga_step'])

const masks: readonly [RegExp, string][] = [
  // Random ids. Those of seeded people, products and variants are shorter and stay.
  [/\b([a-z]{2,5})_[0-9a-hjkmnp-tv-z]{26}\b/g, '$1_#'],
  [/\b(cs|pi|ch|re|dp|evt)_[0-9A-Za-z_]{16,}\b/g, '$1_#'],
  [/\bCW-[0-9A-Z]{4}-[0-9A-Z]{4}\b/g, 'CW-#'],
  [/127\.0\.0\.1:\d+/g, 'host'],
  [/\bticket=[\w.-]+/g, 'ticket=#'],
  [/\b(traceparent|correlationId)\\*":\\*"[\w-]+/g, '$1#'],
  // Unix seconds in what Stripe sent.
  [/(\\*"(?:created|expires_at|due_by|arrival_date)\\*":)\d{10}\b/g, '$1#'],
]

const minuteMs = 60_000
/** Stripe counts whole seconds, and its sandbox is up to a second behind. */
const slackMs = 5000
const bucketMin = 5

/** Names the step in which a moment lies, since steps are five minutes or more apart. Moments before the history are fixed. */
const momentOf = (at: Date, endsAt: Date): string => {
  const minutes = (at.getTime() + slackMs - endsAt.getTime()) / minuteMs
  if (minutes < -30 * 24 * 60) return at.toISOString()
  return `${Math.floor(minutes / bucketMin) * bucketMin} min`
}

const maskText = (text: string, endsAt: Date): string =>
  masks
    .reduce((masked, [pattern, by]) => masked.replace(pattern, by), text)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => momentOf(new Date(iso), endsAt))

const maskValue = (table: string, column: string, value: unknown, endsAt: Date): unknown => {
  if (value === null) return null
  if (maskedColumns.has(column) || (column === 'id' && unorderedTables.has(table))) return '#'
  if (value instanceof Date) return momentOf(value, endsAt)
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'string' ? maskText(value, endsAt) : value
}

/** Every row of every table as one line, sorted. @param prefix of the schemas */
export const dumpOf = async (databaseUrl: string, prefix: string, endsAt: Date): Promise<string[]> => {
  const connection = await connect(databaseUrl)
  const lines: string[] = []
  for (const schema of schemaOwners) {
    const tables: { name: string }[] = await connection.query(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
      [prefix + schema],
    )
    for (const { name } of tables.filter((table) => !isLeftOut(table.name))) {
      const rows: Record<string, unknown>[] = await connection.query(`SELECT * FROM ${prefix}${schema}.${name}`)
      for (const row of rows) {
        const masked = Object.entries(row).map(([column, value]) => [column, maskValue(name, column, value, endsAt)])
        lines.push(`${schema}.${name} ${JSON.stringify(Object.fromEntries(masked))}`)
      }
    }
  }
  await connection.end()
  return lines.toSorted()
}
