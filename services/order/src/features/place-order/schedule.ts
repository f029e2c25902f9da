// Schedule that deletes lock rows of holders whose last checkout is a day old.
import { scheduled } from '../../deps.ts'

export const deleteOldHolders = scheduled({
  name: 'order-unpaid-cleanup',
  everySec: 3600,
  run: async ({ deps: { db } }) => {
    await db.run`DELETE FROM unpaid_holder WHERE used_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
  },
})
