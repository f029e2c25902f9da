// Operators look at users, change roles and block accounts; each change leaves an audit row.
import { AppError, identityApi, type Role } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { audit, route } from '@cartwright/service-kit'
import { lockUser, normalized } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { endAllSessions } from '../tokens/tokens.ts'

interface User {
  id: string
  role: string
  email: string | null
  name: string | null
  verifiedAt: Date | null
  blockedAt: Date | null
  createdAt: Date
}

const userOf = (user: User) => ({
  id: user.id,
  role: user.role as Role,
  email: user.email,
  name: user.name,
  verified: user.verifiedAt !== null,
  blocked: user.blockedAt !== null,
  createdAt: user.createdAt.toISOString(),
})

const setOrNot = (wanted: boolean | undefined) => (wanted === undefined ? {} : wanted ? { not: null } : { equals: null })

/** Ids are time-ordered: the newest come first. */
export const listUsers = route(identityApi.listUsers, async (req, { prisma }: IdentityDeps) => {
  const { limit = 20, cursor, role, email, blocked, verified } = req.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const rows = await prisma.userAccount.findMany({
    where: {
      closedAt: null,
      blockedAt: setOrNot(blocked),
      verifiedAt: setOrNot(verified),
      ...(role === undefined ? {} : { role }),
      ...(email === undefined ? {} : { email: normalized(email) }),
      ...(before === undefined ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(userOf), nextCursor: page.nextCursor }
})

const readUser = async (userId: string, { prisma }: IdentityDeps) => {
  const user = await prisma.userAccount.findFirst({ where: { id: userId, closedAt: null } })
  if (user === null) throw new AppError('not_found')
  return userOf(user)
}

export const getUser = route(identityApi.getUser, (req, deps: IdentityDeps) => readUser(req.params.userId, deps))

export const updateUser = route(identityApi.updateUser, async (req, deps: IdentityDeps) => {
  const { userId } = req.params
  const { body, principal } = req
  if (userId === principal.id) throw new AppError('forbidden', 'nobody changes their own role or blocks themselves')
  await deps.db.tx(async (tx) => {
    const user = await lockUser(tx, userId)
    if (user === null) throw new AppError('not_found')
    if (user.role === 'guest' && body.role !== undefined) throw new AppError('forbidden', 'a guest has no other role')
    const before = { role: user.role, blocked: user.blocked_at !== null }
    const after = { role: body.role ?? before.role, blocked: body.blocked ?? before.blocked }
    if (before.role === after.role && before.blocked === after.blocked) return
    await tx.run`UPDATE user_account SET role = ${after.role}, blocked_at = IF(${after.blocked}, COALESCE(blocked_at, ${tx.dbNow}), NULL) WHERE id = ${userId}`
    // A new role or a block must not wait for an old session to end by itself.
    await endAllSessions(tx, userId, deps)
    await audit(tx, { actor: principal.id, action: 'user.update', target: userId, before, after })
  })
  return readUser(userId, deps)
})
