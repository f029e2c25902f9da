// Scheduled tasks: delete old mails, marks of addresses and webhook receipts. A redelivered event causes no second mail, because its inbox row lives longer than any redelivery.
import { purge } from '@cartwright/db'
import { scheduled } from '../../deps.ts'

export const purgeMessages = scheduled({
  name: 'notification-purge-messages',
  everySec: 3600,
  run: ({
    deps: {
      db,
      config: { messageDays },
    },
  }) =>
    // A pending mail stays: its delivery job ends it.
    purge(
      (limit) => db.run`
        DELETE FROM message
        WHERE created_at < ${db.dbNow} - INTERVAL ${messageDays} DAY
          AND updated_at < ${db.dbNow} - INTERVAL ${messageDays} DAY
          AND state <> 'pending'
        LIMIT ${limit}`,
    ),
})

/** A receipt outlives the time in which a provider, or an attacker who repeats its request, is accepted. */
const receiptDays = 7

export const purgeUndeliverable = scheduled({
  name: 'notification-purge-undeliverable',
  everySec: 3600,
  run: async ({
    deps: {
      db,
      config: { undeliverableDays },
    },
  }) => {
    await purge(
      (limit) => db.run`
        DELETE FROM undeliverable_address
        WHERE marked_at < ${db.dbNow} - INTERVAL ${undeliverableDays} DAY
        LIMIT ${limit}`,
    )
    await purge(
      (limit) => db.run`
        DELETE FROM webhook_receipt
        WHERE received_at < ${db.dbNow} - INTERVAL ${receiptDays} DAY
        LIMIT ${limit}`,
    )
  },
})
