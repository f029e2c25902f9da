// Measurement of active carts for the metrics page.
import { measurement } from '../../deps.ts'

export const measureCarts = measurement({
  name: 'carts',
  gauges: ({ activeCarts }) => [activeCarts],
  run: async ({ deps: { db, activeCarts } }) => {
    const row = await db.one<{ active: number }>`
      SELECT COUNT(*) AS active
      FROM cart
      WHERE updated_at > ${db.dbNow} - INTERVAL 1 DAY AND open_for IS NOT NULL`
    activeCarts.set(row?.active ?? 0)
  },
})
