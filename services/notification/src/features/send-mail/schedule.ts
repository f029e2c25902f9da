// Scheduled task: clears sealed codes that expired before their mail was sent. The delivery job then sets the mail to expired.
import { scheduled } from '../../deps.ts'

export const dropExpiredCodes = scheduled({
  name: 'notification-drop-expired-codes',
  everySec: 60,
  run: async ({ deps: { db } }) => {
    await db.run`
      UPDATE message
      SET sealed_code = NULL
      WHERE state IN ('pending', 'failed') AND expires_at <= ${db.dbNow} AND sealed_code IS NOT NULL
      LIMIT 1000`
  },
})
