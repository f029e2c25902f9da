// Schedule that deletes lookup codes and their attempt limits a day after they have expired.
import { scheduled } from '../../deps.ts'

export const deleteOldCodes = scheduled({
  name: 'order-lookup-cleanup',
  everySec: 3600,
  run: async ({ deps: { db } }) => {
    await db.run`DELETE FROM order_lookup WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
    await db.run`DELETE FROM order_lookup_budget WHERE window_ends_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
  },
})
