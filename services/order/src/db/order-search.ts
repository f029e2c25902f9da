// Search for orders by number, e-mail address, name, SKU or tracking number. Each column is searched by its own index.
import { join, type Queryable, type Sql, sql } from '@cartwright/db'

/** Escapes the wildcards of LIKE. */
const literal = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
const beginsWith = (text: string): string => `${literal(text)}%`
const contains = (text: string): string => `%${literal(text)}%`

/** Stored prefixes of an order number: `7k3m9` and `cw 7K3M-9` are `CW-7K3M-9`. */
const numberPrefixes = (text: string): string[] => {
  const signs = text.replace(/[ -]/g, '').toUpperCase()
  if (!/^[A-Z0-9]{1,10}$/.test(signs)) return []
  const bodies = [signs, ...(signs.startsWith('CW') ? [signs.slice(2)] : [])].filter((body) => body.length <= 8)
  return bodies.map((body) => `CW-${body.slice(0, 4)}${body.length > 4 ? `-${body.slice(4)}` : ''}`)
}

/** Ids of the orders that have the text in one of the searched columns. */
const found = (q: string): Sql => {
  const text = q.trim().normalize('NFC')
  const lower = text.toLowerCase()
  const named = text.split(/\s+/).map((word) => sql`recipient_name LIKE ${contains(word)}`)
  const unspaced = text.replace(/\s+/g, '')
  // ASCII columns are searched for ASCII only: another text would use no index.
  const isAscii = /^[\x20-\x7e]+$/.test(text)
  const places = [
    sql`SELECT id FROM customer_order WHERE ${join(named, ' AND ')}`,
    sql`SELECT order_id AS id FROM shipment WHERE tracking_number LIKE ${beginsWith(text)} OR tracking_number LIKE ${beginsWith(unspaced)}`,
    ...(isAscii ? [sql`SELECT id FROM customer_order WHERE email LIKE ${contains(lower)}`] : []),
    ...(isAscii ? [sql`SELECT order_id AS id FROM order_sku WHERE sku LIKE ${beginsWith(lower)}`] : []),
    ...numberPrefixes(text).map((prefix) => sql`SELECT id FROM customer_order WHERE number LIKE ${beginsWith(prefix)}`),
  ]
  return join(places, ' UNION ')
}

export interface SearchFilter {
  status?: string | undefined
  paymentStatus?: string | undefined
  fulfilmentStatus?: string | undefined
  refundStatus?: string | undefined
  email?: string | undefined
  number?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

const conditions = (filter: SearchFilter): Sql[] => {
  const of = <V extends string | Date>(value: V | undefined, made: (given: V) => Sql): Sql[] =>
    value === undefined ? [] : [made(value)]
  return [
    ...of(filter.status, (value) => sql`o.status = ${value}`),
    ...of(filter.paymentStatus, (value) => sql`o.payment_status = ${value}`),
    ...of(filter.fulfilmentStatus, (value) => sql`o.fulfilment_status = ${value}`),
    ...of(filter.refundStatus, (value) => sql`o.refund_status = ${value}`),
    ...of(filter.email, (value) => sql`o.email = ${value}`),
    ...of(filter.number, (value) => sql`o.number = ${value}`),
    ...of(filter.from, (value) => sql`o.created_at >= ${value}`),
    ...of(filter.to, (value) => sql`o.created_at < ${value}`),
  ]
}

export interface SearchPage {
  direction: 'asc' | 'desc'
  /** The last row of the page before; null at the beginning. */
  last: { at: Date; id: string } | null
  /** Rows at most. */
  take: number
}

/** Ids of the matching orders, by the time of their placement. */
export const searchOrders = async (
  db: Queryable,
  q: string,
  filter: SearchFilter,
  { direction, last, take }: SearchPage,
): Promise<string[]> => {
  const [beyond, order] = direction === 'desc' ? [sql`<`, sql`DESC`] : [sql`>`, sql`ASC`]
  const behind =
    last === null ? [] : [sql`(o.created_at ${beyond} ${last.at} OR (o.created_at = ${last.at} AND o.id ${beyond} ${last.id}))`]
  const all = join([sql`TRUE`, ...conditions(filter), ...behind], ' AND ')
  const rows = await db.rows<{ id: string }>`SELECT o.id
    FROM (${found(q)}) hit
    JOIN customer_order o ON o.id = hit.id
    WHERE ${all}
    ORDER BY o.created_at ${order}, o.id ${order}
    LIMIT ${take}`
  return rows.map(({ id }) => id)
}
