// Deletes mails after their time. An event that is delivered again finds its inbox row, which outlives every redelivery.
import { purge } from '@cartwright/db'
import { periodic } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'

export const purgeMessages = periodic<NotificationDeps>({
  name: 'notification-purge-messages',
  everySec: 3600,
  run: ({ db, config: { messageDays } }) =>
    // What still waits is the business of its job, which gives up at last.
    purge(
      (limit) => db.run`DELETE FROM message
        WHERE created_at < ${db.dbNow} - INTERVAL ${messageDays} DAY AND updated_at < ${db.dbNow} - INTERVAL ${messageDays} DAY
          AND state <> 'pending' LIMIT ${limit}`,
    ),
})
