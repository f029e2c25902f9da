// Password salt of registrations: one salt for all open registrations of an address.
import { createHmac } from 'node:crypto'
import { encodeBase64 } from 'bcryptjs'
import { findRegistrationHash } from '../db/registrations.ts'
import type { IdentityDeps } from '../deps.ts'
import { saltOf } from './passwords/hasher.ts'

/**
 * One salt per address makes a sign-in cost one comparison, however many registrations there are, which is also the cost for an
 * account. The salt is derived from a secret, so an attacker cannot compute hashes in advance.
 */
export const saltFor = async (email: string, { db, config }: IdentityDeps): Promise<string> => {
  const first = await findRegistrationHash(db, email)
  if (first !== null) return saltOf(first)
  const bytes = createHmac('sha256', config.otpSecret).update(`registration salt ${email}`).digest().subarray(0, 16)
  return `$2b$${String(config.bcryptCost).padStart(2, '0')}$${encodeBase64([...bytes], 16)}`
}
