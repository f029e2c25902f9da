// Invariant I14: the numbers of invoices have no gap. Each scan counts the newest numbers of each series.
import type { Violation } from '@cartwright/messaging'
import type { InvoiceSeriesRow } from '../db/generated/rows.ts'
import { invariant } from '../deps.ts'

const newest = 5000

export const invoiceNumbers = invariant({
  name: 'I14-invoice-numbers',
  sentence: 'the numbers of a series of invoices follow each other without a gap up to the last one',
  find: async ({ deps: { db } }) => {
    const violations: Violation[] = []
    for (const { prefix, year, last_serial: last } of await db.rows<InvoiceSeriesRow>`SELECT * FROM invoice_series`) {
      const first = Math.max(1, last - newest + 1)
      const counted = await db.one<{ count: number }>`SELECT COUNT(*) AS count FROM invoice
        WHERE prefix = ${prefix} AND year = ${year} AND serial BETWEEN ${first} AND ${last}`
      const missing = last - first + 1 - Number(counted?.count)
      if (missing === 0) continue
      const id = `${prefix}-${year}`
      const description = `${id} lacks ${missing} of the numbers ${first} to ${last}`
      violations.push({ id, description, rows: [{ table: 'invoice_series', key: [prefix, String(year)] }] })
    }
    return violations
  },
})
