// Seed of the development shop: its accounts with their address books. The README names their password.
import { ConflictError, insertInto, list, type Tx } from '@cartwright/db'
import { addressTable } from '../db/generated/rows.ts'
import { addressColumn } from '../db/json-columns.ts'
import { insertUser } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { people, type SeedPerson } from './people.ts'

/** Lists seeded accounts that can still sign in with the published password. */
export const seededAccounts = async ({ db }: IdentityDeps): Promise<string[]> => {
  const rows = await db.rows<{ email: string }>`SELECT email
    FROM user_account
    WHERE id IN (${list(people.map(({ id }) => id))}) AND closed_at IS NULL AND email IS NOT NULL
    ORDER BY email`
  return rows.map(({ email }) => `the account ${email} belongs to the development data: use a database without it`)
}

const insertPerson = async (tx: Tx, { addresses, ...user }: SeedPerson, passwordHash: string): Promise<void> => {
  await insertUser(tx, { ...user, passwordHash, verified: true })
  if (addresses.length === 0) return
  const rows = addresses.map((address, index) => ({
    id: `adr_${user.id.slice('usr_'.length)}${index}`,
    user_id: user.id,
    is_default: index === 0,
    details: addressColumn.stringify(address),
    created_at: tx.dbNow,
  }))
  await tx.run`${insertInto(addressTable, ...rows)}`
}

/** Inserts the seeded accounts once. An account that was closed or has a new address stays as it is. */
export const seed = async (deps: IdentityDeps): Promise<void> => {
  const missing: SeedPerson[] = []
  for (const person of people) {
    const known = await deps.db.one`SELECT id FROM user_account WHERE id = ${person.id} OR email = ${person.email}`
    if (known === null) missing.push(person)
  }
  if (missing.length === 0) return
  const passwordHash = await deps.passwords.hash('cartwright-demo')
  try {
    await deps.db.tx(async (tx) => {
      for (const person of missing) await insertPerson(tx, person, passwordHash)
    })
  } catch (error) {
    // Another replica inserted the same accounts at the same time.
    if (!(error instanceof ConflictError)) throw error
  }
}
