// Forgets sealed codes that have expired unsent. The mails themselves are settled by their own job when it next looks.
import { periodic } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'

export const dropExpiredCodes = periodic<NotificationDeps>({
  name: 'notification-drop-expired-codes',
  everySec: 60,
  run: async ({ db }) => {
    await db.run`UPDATE message SET sealed_code = NULL WHERE state IN ('pending', 'failed') AND expires_at <= ${db.dbNow} AND sealed_code IS NOT NULL LIMIT 1000`
  },
})
