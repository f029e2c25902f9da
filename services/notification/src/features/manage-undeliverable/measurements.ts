// Measurement of undeliverable addresses for the metrics page.
import { measurement } from '../../deps.ts'

export const measureUndeliverable = measurement({
  name: 'undeliverable addresses',
  gauges: ({ undeliverable }) => [undeliverable],
  run: async ({ deps: { db, undeliverable } }) => {
    const row = await db.one<{ addresses: number }>`
      SELECT COUNT(*) AS addresses
      FROM undeliverable_address
      WHERE cleared_at IS NULL`
    undeliverable.set(row?.addresses ?? 0)
  },
})
