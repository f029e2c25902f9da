// Identity's table of contents.
import { fileURLToPath } from 'node:url'
import { periodic } from '@cartwright/messaging'
import { type BaseDeps, codeMaker, defineService } from '@cartwright/service-kit'
import { addAddress, deleteAddress, listAddresses, updateAddress } from './address-book/routes.ts'
import { getUser, listUsers, updateUser } from './admin-users/routes.ts'
import { cleanUp } from './clean-up/tasks.ts'
import { config } from './config.ts'
import { eraseUsers } from './db/erase.ts'
import { normalizeKeptEmails } from './db/kept-emails.ts'
import { openPrisma } from './db/prisma.ts'
import type { IdentityDeps, IdentityOwn } from './deps.ts'
import { endSession, endSessions, listSessions } from './manage-sessions/routes.ts'
import { identityIssues } from './open-issues.ts'
import { passwordHasher } from './passwords/hasher.ts'
import { passwordStrength } from './passwords/strength.ts'
import { changePassword } from './profile/change-password.ts'
import { confirmEmail } from './profile/new-email.ts'
import { closeMe, getMe, updateMe } from './profile/routes.ts'
import { undoEmail } from './profile/undo-email.ts'
import { internalAccessRevocations } from './read-revocations/route.ts'
import { internalUser } from './read-user/route.ts'
import { register, resend, verify } from './register/routes.ts'
import { forgotPassword, resetPassword } from './reset-password/routes.ts'
import { seed, seededAccounts } from './seed.ts'
import { login } from './sign-in/login.ts'
import { guest, jwks, logout, refresh } from './sign-in/routes.ts'
import { listRevocations } from './tokens/revocations.ts'
import { ensureKeys, type KeyRules, signingKeys } from './tokens/signing-keys.ts'
import { addressesAreReachable, oneKeySigns } from './watch-invariants/invariants.ts'

const keyRules = ({ config: values }: BaseDeps<typeof config>): KeyRules => ({
  secret: values.keySecret,
  keyDays: values.keyDays,
  accessTokenSec: Math.max(values.accessTokenSec, values.adminAccessTokenSec),
})

export const identityService = defineService<typeof config, IdentityOwn>({
  name: 'identity',
  prefix: 'IDENTITY_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async (base) => {
    const keys = signingKeys(base.db, keyRules(base), base.clock)
    // A wrong IDENTITY_KEY_SECRET shows at the start and not at the first sign-in.
    await keys.active()
    await normalizeKeptEmails(base)
    return {
      keys,
      passwords: passwordHasher({
        cost: base.config.bcryptCost,
        ...(base.config.bcryptThreads === null ? {} : { threads: base.config.bcryptThreads }),
      }),
      strength: passwordStrength(),
      codes: await codeMaker(base.config.otpSecret, base.config.sealPublicJwk),
      prisma: openPrisma(base.db),
    }
  },
  routes: [
    guest,
    register,
    verify,
    resend,
    login,
    refresh,
    logout,
    forgotPassword,
    resetPassword,
    jwks,
    getMe,
    updateMe,
    confirmEmail,
    undoEmail,
    changePassword,
    listSessions,
    endSession,
    endSessions,
    closeMe,
    listAddresses,
    addAddress,
    updateAddress,
    deleteAddress,
    listUsers,
    getUser,
    updateUser,
    internalUser,
    internalAccessRevocations,
  ],
  periodics: [
    periodic({ name: 'identity-key-rotation', everySec: 60, run: (deps: IdentityDeps) => ensureKeys(deps.db, keyRules(deps)) }),
    cleanUp,
  ],
  erase: eraseUsers,
  issues: identityIssues,
  invariants: [oneKeySigns, addressesAreReachable],
  revocationList: ({ db }, since, after) => listRevocations(db, since, after),
  seed,
  unfitForProduction: seededAccounts,
  close: async (deps) => {
    await Promise.all([deps.passwords.close(), deps.strength.close()])
  },
})
