// Dependencies of identity's handlers: signing keys, password workers, one-time codes, Prisma.
import { type BaseDeps, type CodeMaker, codeMaker, forService } from '@cartwright/service-kit'
import type { config } from './config.ts'
import { openPrisma, type PrismaClient } from './db/prisma.ts'
import { normalizeLegacyEmails } from './domain/legacy-emails.ts'
import { createPasswordHasher, type PasswordHasher } from './domain/passwords/hasher.ts'
import { createPasswordStrength, type PasswordStrength } from './domain/passwords/strength.ts'
import { createSigningKeys, type KeyRules, type SigningKeys } from './domain/tokens/signing-keys.ts'

interface IdentityResources {
  keys: SigningKeys
  passwords: PasswordHasher
  strength: PasswordStrength
  codes: CodeMaker
  /** Serves lists with optional filters. Transactions that decide run as SQL. */
  prisma: PrismaClient
}
export type IdentityDeps = BaseDeps<typeof config> & IdentityResources

export const { route, scheduled, invariant } = forService<IdentityDeps>()

export const keyRules = ({ config: own }: Pick<BaseDeps<typeof config>, 'config'>): KeyRules => ({
  secret: own.keySecret,
  keyDays: own.keyDays,
  accessTokenSec: Math.max(own.accessTokenSec, own.adminAccessTokenSec),
})

/** Opens identity's resources beyond those of service-kit. */
export const openDeps = async (base: BaseDeps<typeof config>): Promise<IdentityResources> => {
  const { config: own, db, clock } = base
  const keys = createSigningKeys(db, keyRules(base), clock)
  // A wrong IDENTITY_KEY_SECRET fails the start instead of the first sign-in.
  await keys.active()
  await normalizeLegacyEmails(base)
  return {
    keys,
    passwords: createPasswordHasher({
      cost: own.bcryptCost,
      ...(own.bcryptThreads === null ? {} : { threads: own.bcryptThreads }),
    }),
    strength: createPasswordStrength(),
    codes: await codeMaker(own.otpSecret, own.sealPublicJwk),
    prisma: openPrisma(db),
  }
}

export const closeDeps = async ({ passwords, strength }: IdentityResources): Promise<void> => {
  await Promise.all([passwords.close(), strength.close()])
}
