// Schedule that deletes expired rows in small batches.
import { purge, type Sql, sql } from '@cartwright/db'
import { scheduled } from '../../deps.ts'
import { knownDeviceDays } from '../../domain/known-device.ts'

/** Order: refresh tokens, then sessions without a token, then guests without a session. */
export const cleanUp = scheduled({
  name: 'identity-cleanup',
  everySec: 3600,
  run: async ({ deps: { db, config } }) => {
    const yesterday = sql`${db.dbNow} - INTERVAL 1 DAY`
    const deleteAll = (from: Sql) => purge((limit) => db.run`DELETE FROM ${from} LIMIT ${limit}`)
    await deleteAll(sql`refresh_token WHERE expires_at < ${yesterday}`)
    await deleteAll(sql`one_time_code WHERE expires_at < ${yesterday}`)
    await deleteAll(sql`access_revocation WHERE expires_at < ${db.dbNow}`)
    await deleteAll(sql`email_undo WHERE expires_at < ${db.dbNow}`)
    await deleteAll(sql`code_budget WHERE window_ends_at < ${db.dbNow}`)
    await deleteAll(sql`registration WHERE expires_at < ${db.dbNow}`)
    await deleteAll(sql`known_device WHERE signed_in_at < ${db.dbNow} - INTERVAL ${knownDeviceDays} DAY`)
    await deleteAll(sql`known_device WHERE EXISTS
      (SELECT 1 FROM user_account WHERE user_account.id = known_device.user_id AND closed_at IS NOT NULL)`)
    await deleteAll(sql`login_throttle WHERE updated_at < ${yesterday}`)
    await deleteAll(sql`refresh_family WHERE created_at < ${db.dbNow} - INTERVAL ${config.refreshTokenDays} DAY
      AND NOT EXISTS (SELECT 1 FROM refresh_token WHERE refresh_token.family_id = refresh_family.id)`)
    await deleteAll(sql`user_account WHERE role = 'guest' AND created_at < ${db.dbNow} - INTERVAL ${config.refreshTokenDays + 1} DAY
      AND NOT EXISTS (SELECT 1 FROM refresh_family WHERE refresh_family.user_id = user_account.id)`)
  },
})
