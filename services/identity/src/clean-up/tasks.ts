// Keeps the tables as small as what is still of use, in small batches.
import { periodic } from '@cartwright/messaging'
import type { IdentityDeps } from '../deps.ts'
import { knownDays } from '../known-device.ts'

const batch = 5000

/** Sessions first by token, then by family, then guests that nobody can come back as. */
export const cleanUp = periodic({
  name: 'identity-cleanup',
  everySec: 3600,
  run: async ({ db, config }: IdentityDeps) => {
    await db.run`DELETE FROM refresh_token WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT ${batch}`
    await db.run`DELETE FROM one_time_code WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT ${batch}`
    await db.run`DELETE FROM access_revocation WHERE expires_at < ${db.dbNow} LIMIT ${batch}`
    await db.run`DELETE FROM email_undo WHERE expires_at < ${db.dbNow} LIMIT ${batch}`
    await db.run`DELETE FROM code_budget WHERE window_ends_at < ${db.dbNow} LIMIT ${batch}`
    await db.run`DELETE FROM registration WHERE expires_at < ${db.dbNow} LIMIT ${batch}`
    await db.run`DELETE FROM known_device WHERE signed_in_at < ${db.dbNow} - INTERVAL ${knownDays} DAY LIMIT ${batch}`
    await db.run`DELETE FROM known_device WHERE EXISTS
      (SELECT 1 FROM user_account WHERE user_account.id = known_device.user_id AND closed_at IS NOT NULL) LIMIT ${batch}`
    await db.run`DELETE FROM login_throttle WHERE updated_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT ${batch}`
    await db.run`DELETE FROM refresh_family WHERE created_at < ${db.dbNow} - INTERVAL ${config.refreshTokenDays} DAY
      AND NOT EXISTS (SELECT 1 FROM refresh_token WHERE refresh_token.family_id = refresh_family.id) LIMIT ${batch}`
    await db.run`DELETE FROM user_account WHERE role = 'guest' AND created_at < ${db.dbNow} - INTERVAL ${config.refreshTokenDays + 1} DAY
      AND NOT EXISTS (SELECT 1 FROM refresh_family WHERE refresh_family.user_id = user_account.id) LIMIT ${batch}`
  },
})
