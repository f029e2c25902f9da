// Table of contents of identity: routes, schedules, invariants. No logic.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { config } from './config.ts'
import { closeDeps, openDeps } from './deps.ts'
import { eraseUsers } from './domain/erase-account.ts'
import { listRevocations } from './domain/tokens/revocations.ts'
import { getUser, listUsers, updateUser } from './features/admin-users/routes.ts'
import { cleanUp } from './features/clean-up/schedule.ts'
import { changePassword } from './features/edit-profile/change-password.ts'
import { confirmEmail } from './features/edit-profile/new-email.ts'
import { closeMe, getMe, updateMe } from './features/edit-profile/routes.ts'
import { undoEmail } from './features/edit-profile/undo-email.ts'
import { addAddress, deleteAddress, listAddresses, updateAddress } from './features/manage-addresses/routes.ts'
import { endSession, endSessions, listSessions } from './features/manage-sessions/routes.ts'
import { internalAccessRevocations } from './features/read-revocations/route.ts'
import { internalUser } from './features/read-user/route.ts'
import { register, resend, verify } from './features/register/routes.ts'
import { forgotPassword, resetPassword } from './features/reset-password/routes.ts'
import { rotateKeys } from './features/rotate-keys/schedule.ts'
import { login } from './features/sign-in/login.ts'
import { guest, jwks, logout, refresh } from './features/sign-in/routes.ts'
import { addressesAreReachable, oneKeySigns } from './invariants/invariants.ts'
import { identityIssues } from './invariants/open-issues.ts'
import { seed, seededAccounts } from './seed/seed.ts'

export const identityService = defineService({
  name: 'identity',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  close: closeDeps,
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
  schedules: [rotateKeys, cleanUp],
  erase: eraseUsers,
  issues: identityIssues,
  invariants: [oneKeySigns, addressesAreReachable],
  revocationList: ({ db }, since, after) => listRevocations(db, since, after),
  seed,
  findDevelopmentData: seededAccounts,
})
