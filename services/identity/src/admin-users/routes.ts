// Operators look at users, change roles and block accounts.
import { AppError, identityApi } from '@cartwright/contracts'
import { after, decodeCursor, encodeCursor, orderBy, pageOf, sql, where } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { findById, normalized, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { endAllSessions } from '../tokens/tokens.ts'

const userOf = (user: UserRow) => ({
  id: user.id, role: user.role, email: user.email, name: user.name, verified: user.verified_at !== null, blocked: user.blocked_at !== null, createdAt: user.created_at.toISOString(),
})

const byId = [{ column: 'id', descending: true }]

export const listUsers = route(identityApi.listUsers, async (req, deps: IdentityDeps) => {
  const { limit = 20, cursor, role, email } = req.query
  const rows = await deps.db.rows<UserRow>`SELECT id, role, email, name, locale, password_hash, verified_at, blocked_at, created_at FROM user_account WHERE ${where([
    sql`closed_at IS NULL`,
    role !== undefined && sql`role = ${role}`,
    email !== undefined && sql`email = ${normalized(email)}`,
    cursor !== undefined && after(byId, decodeCursor('id', cursor, 1)),
  ])} ORDER BY ${orderBy(byId)} LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  return { items: page.items.map(userOf), nextCursor: page.nextCursor }
})

export const getUser = route(identityApi.getUser, async (req, deps: IdentityDeps) => {
  const user = await findById(deps.db, req.params.userId)
  if (user === null) throw new AppError('not_found')
  return userOf(user)
})

export const updateUser = route(identityApi.updateUser, async (req, deps: IdentityDeps) => {
  const { userId } = req.params
  const { role = null, blocked } = req.body
  if (userId === req.principal.id) throw new AppError('forbidden', 'nobody changes their own role or blocks themselves')
  await deps.db.tx(async (tx) => {
    const user = await tx.one<UserRow>`SELECT id, role FROM user_account WHERE id = ${userId} AND closed_at IS NULL FOR UPDATE`
    if (user === null) throw new AppError('not_found')
    if (user.role === 'guest' && role !== null) throw new AppError('forbidden', 'a guest has no other role')
    await tx.run`UPDATE user_account SET role = COALESCE(${role}, role) WHERE id = ${userId}`
    if (blocked !== undefined) await tx.run`UPDATE user_account SET blocked_at = IF(${blocked}, COALESCE(blocked_at, ${tx.dbNow}), NULL) WHERE id = ${userId}`
    // A new role or a block must not wait for an old session to end by itself.
    if (blocked || role !== null) await endAllSessions(tx, userId)
  })
  const changed = await findById(deps.db, userId)
  if (changed === null) throw new AppError('not_found')
  return userOf(changed)
})
