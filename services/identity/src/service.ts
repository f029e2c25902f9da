// Identity's table of contents.
import { fileURLToPath } from 'node:url'
import { periodic } from '@cartwright/messaging'
import { defineService } from '@cartwright/service-kit'
import { getUser, listUsers, updateUser } from './admin-users/routes.ts'
import { config } from './config.ts'
import type { IdentityDeps, IdentityOwn } from './deps.ts'
import { codeMaker } from './one-time-codes/codes.ts'
import { passwordHasher } from './passwords/hasher.ts'
import { addAddress, closeMe, deleteAddress, getMe, listAddresses, updateAddress, updateMe } from './profile/routes.ts'
import { forgotPassword, register, resend, resetPassword, verify } from './register/routes.ts'
import { seed } from './seed.ts'
import { guest, jwks, login, logout, refresh } from './sign-in/routes.ts'
import { ensureKeys, signingKeys } from './tokens/signing-keys.ts'

export const identityService = defineService<typeof config, IdentityOwn>({
  name: 'identity',
  prefix: 'IDENTITY_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ config: values, db, clock }) => ({
    keys: signingKeys(db, values.keySecret, values.keyDays, clock),
    passwords: passwordHasher(values.bcryptCost),
    codes: await codeMaker(values.otpSecret, values.sealPublicJwk),
  }),
  routes: [
    guest, register, verify, resend, login, refresh, logout, forgotPassword, resetPassword, jwks,
    getMe, updateMe, closeMe, listAddresses, addAddress, updateAddress, deleteAddress,
    listUsers, getUser, updateUser,
  ],
  periodics: [
    periodic({ name: 'identity-key-rotation', everySec: 60, run: (deps: IdentityDeps) => ensureKeys(deps.db, deps.config.keySecret, deps.config.keyDays) }),
    periodic({
      name: 'identity-cleanup',
      everySec: 3600,
      run: async ({ db }: IdentityDeps) => {
        await db.run`DELETE FROM refresh_token WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
        await db.run`DELETE FROM one_time_code WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
      },
    }),
  ],
  seed,
  close: (deps) => deps.passwords.close(),
})
