// What identity's handlers work with.
import type { BaseDeps, CodeMaker } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { PrismaClient } from './db/prisma.ts'
import type { PasswordHasher } from './passwords/hasher.ts'
import type { PasswordStrength } from './passwords/strength.ts'
import type { SigningKeys } from './tokens/signing-keys.ts'

export interface IdentityOwn {
  keys: SigningKeys
  passwords: PasswordHasher
  strength: PasswordStrength
  codes: CodeMaker
  /** Reads of profiles, address books and lists; what decides is SQL. */
  prisma: PrismaClient
}
export type IdentityDeps = BaseDeps<typeof config> & IdentityOwn
