// What identity's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { CodeMaker } from './one-time-codes/codes.ts'
import type { PasswordHasher } from './passwords/hasher.ts'
import type { SigningKeys } from './tokens/signing-keys.ts'

export interface IdentityOwn {
  keys: SigningKeys
  passwords: PasswordHasher
  codes: CodeMaker
}
export type IdentityDeps = BaseDeps<typeof config> & IdentityOwn
