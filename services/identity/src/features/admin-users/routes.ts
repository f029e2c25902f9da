// Admin routes for users: list and read them, change roles, block accounts. Each change writes an audit row.
import { AppError, identityApi, type Role } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { audit, recordSecurityEvent, type SecurityEvent } from '@cartwright/service-kit'
import { type LockedAccounts, lockWithAdmins } from '../../db/admins.ts'
import { findById, listUsersById, type UserRow } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { voidCodes } from '../../domain/one-time-codes/codes.ts'
import { endAllSessions } from '../../domain/tokens/tokens.ts'

const userOf = (user: UserRow) => ({
  id: user.id,
  role: user.role,
  email: user.email,
  name: user.name,
  verified: user.verified_at !== null,
  blocked: user.blocked_at !== null,
  createdAt: user.created_at.toISOString(),
})

const nullFilter = (wanted: boolean | undefined) => (wanted === undefined ? {} : wanted ? { not: null } : { equals: null })

/** Escapes `%` and `_` for LIKE. */
const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/** Filter for a part of an address or name, or a whole id. Addresses and ids are ASCII, so other text is searched in names only. */
const searchFilter = (q: string) => {
  const text = escapeLike(q.trim())
  const ascii = /^[\x20-\x7e]+$/.test(text)
  return {
    OR: [
      { name: { contains: text } },
      { keptEmail: { contains: text } },
      ...(ascii ? [{ email: { contains: text.toLowerCase() } }, { id: q.trim().toLowerCase() }] : []),
    ],
  }
}

/** Lists users newest first: ids are time-ordered. Prisma finds the ids, SQL reads the rows. */
export const listUsers = route(identityApi.listUsers, async ({ request, deps: { prisma, db } }) => {
  const { limit = 20, cursor, role, email, blocked, verified, unreachable, q } = request.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const found = await prisma.userAccount.findMany({
    select: { id: true },
    where: {
      closedAt: null,
      blockedAt: nullFilter(blocked),
      verifiedAt: nullFilter(verified),
      keptEmail: nullFilter(unreachable),
      ...(role === undefined ? {} : { role }),
      ...(email === undefined ? {} : { email }),
      ...(q === undefined ? {} : searchFilter(q)),
      ...(before === undefined ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(found, limit, (last) => encodeCursor('-id', [last.id]))
  const ids = page.items.map(({ id }) => id)
  return { items: (await listUsersById(db, ids)).map(userOf), nextCursor: page.nextCursor }
})

const readUser = async (userId: string, { db }: IdentityDeps) => {
  const user = await findById(db, userId)
  if (user === null) throw new AppError('not_found')
  return userOf(user)
}

export const getUser = route(identityApi.getUser, ({ request, deps }) => readUser(request.params.userId, deps))

interface Rights {
  role: Role
  blocked: boolean
}

/** Security events of a change, which are logged and counted besides its audit row. */
const eventsOf = (before: Rights, after: Rights): SecurityEvent[] => [
  ...(before.role === after.role ? [] : (['role_changed'] as const)),
  ...(before.blocked === after.blocked ? [] : ([after.blocked ? 'account_blocked' : 'account_unblocked'] as const)),
]

/**
 * Decides on locked rows, also on the actor's own: an admin who was just blocked or demoted changes no account, whatever the token says.
 * @throws AppError unauthenticated, not_found, forbidden, last_admin
 */
const decideRights = ({ users, activeAdmins }: LockedAccounts, actor: string, target: string, wanted: Partial<Rights>) => {
  if (!activeAdmins.has(actor)) throw new AppError('unauthenticated', { detail: 'this account is not an active admin any more' })
  const user = users.get(target)
  if (user === undefined) throw new AppError('not_found')
  if (user.role === 'guest' && wanted.role !== undefined) throw new AppError('forbidden', { detail: 'a guest has no other role' })
  const before: Rights = { role: user.role, blocked: user.blocked_at !== null }
  const after: Rights = { role: wanted.role ?? before.role, blocked: wanted.blocked ?? before.blocked }
  const isLost = activeAdmins.has(target) && (after.role !== 'admin' || after.blocked)
  if (isLost && activeAdmins.size === 1) throw new AppError('last_admin')
  return { before, after }
}

export const updateUser = route(identityApi.updateUser, async ({ request, deps }) => {
  const { userId } = request.params
  const { principal } = request
  const { reason, ...wanted } = request.body
  if (userId === principal.id)
    throw new AppError('forbidden', { detail: 'an admin cannot change their own role or block themselves' })
  await deps.db.tx(async (tx) => {
    const locked = await lockWithAdmins(tx, [principal.id, userId])
    const { before, after } = decideRights(locked, principal.id, userId, wanted)
    if (before.role === after.role && before.blocked === after.blocked) return
    await tx.run`UPDATE user_account
      SET role = ${after.role}, blocked_at = IF(${after.blocked}, COALESCE(blocked_at, ${tx.dbNow}), NULL)
      WHERE id = ${userId}`
    if (after.blocked) await voidCodes(tx, userId)
    // A new role or a block takes effect at once, not when old sessions or access tokens expire.
    await endAllSessions(tx, userId, deps)
    const clientAddress = clientAddressOf(request, deps)
    const optionalReason = reason === undefined ? {} : { reason }
    await audit(tx, {
      actor: principal.id,
      action: 'user.update',
      target: userId,
      before,
      after,
      clientAddress,
      ...optionalReason,
    })
    for (const event of eventsOf(before, after))
      tx.afterCommit(() => recordSecurityEvent(deps, event, { userId, actorId: principal.id, clientAddress }))
  })
  return readUser(userId, deps)
})
