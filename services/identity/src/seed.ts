// Seed of the development shop: three accounts, whose password the README names.
import { ConflictError, list } from '@cartwright/db'
import { insertUser } from './db/users.ts'
import type { IdentityDeps } from './deps.ts'

const people = [
  { id: 'usr_00seedadmin', role: 'admin', email: 'admin@example.com', name: 'Ada Admin' },
  { id: 'usr_00seedalice', role: 'customer', email: 'alice@example.com', name: 'Alice Archer' },
  { id: 'usr_00seedbob', role: 'customer', email: 'bob@example.com', name: 'Bob Baker' },
] as const

/** Lists seeded accounts that can still sign in with the published password. */
export const seededAccounts = async ({ db }: IdentityDeps): Promise<string[]> => {
  const rows = await db.rows<{ email: string }>`SELECT email
    FROM user_account
    WHERE id IN (${list(people.map(({ id }) => id))}) AND closed_at IS NULL AND email IS NOT NULL
    ORDER BY email`
  return rows.map(({ email }) => `the account ${email} belongs to the development data: use a database without it`)
}

/** Inserts the seeded accounts once. An account that was closed or has a new address stays as it is. */
export const seed = async (deps: IdentityDeps): Promise<void> => {
  const missing: (typeof people)[number][] = []
  for (const person of people) {
    const known = await deps.db.one`SELECT id FROM user_account WHERE id = ${person.id} OR email = ${person.email}`
    if (known === null) missing.push(person)
  }
  if (missing.length === 0) return
  const passwordHash = await deps.passwords.hash('cartwright-demo')
  try {
    await deps.db.tx(async (tx) => {
      for (const person of missing) await insertUser(tx, { ...person, passwordHash, verified: true })
    })
  } catch (error) {
    // Another replica inserted the same accounts at the same time.
    if (!(error instanceof ConflictError)) throw error
  }
}
