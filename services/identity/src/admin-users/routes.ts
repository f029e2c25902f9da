// Operators look at users, change roles and block accounts; each change leaves an audit row.
import { AppError, identityApi, type Role } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { audit, recordSecurityEvent, route, type SecurityEvent } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { type LockedAccounts, lockWithAdmins } from '../db/admins.ts'
import type { IdentityDeps } from '../deps.ts'
import { voidCodes } from '../one-time-codes/codes.ts'
import { endAllSessions } from '../tokens/tokens.ts'

interface User {
  id: string
  role: string
  email: string | null
  keptEmail: string | null
  name: string | null
  verifiedAt: Date | null
  blockedAt: Date | null
  createdAt: Date
}

const userOf = (user: User) => ({
  id: user.id,
  role: user.role as Role,
  email: user.email ?? user.keptEmail,
  name: user.name,
  verified: user.verifiedAt !== null,
  blocked: user.blockedAt !== null,
  createdAt: user.createdAt.toISOString(),
})

const setOrNot = (wanted: boolean | undefined) => (wanted === undefined ? {} : wanted ? { not: null } : { equals: null })

/** `%` and `_` of a search are themselves. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/** Part of an address or a name, or a whole id. Addresses and ids are ASCII: other text is looked for in names only. */
const matching = (q: string) => {
  const text = literal(q.trim())
  const ascii = /^[\x20-\x7e]+$/.test(text)
  return {
    OR: [
      { name: { contains: text } },
      { keptEmail: { contains: text } },
      ...(ascii ? [{ email: { contains: text.toLowerCase() } }, { id: q.trim().toLowerCase() }] : []),
    ],
  }
}

/** Ids are time-ordered: the newest come first. */
export const listUsers = route(identityApi.listUsers, async (req, { prisma }: IdentityDeps) => {
  const { limit = 20, cursor, role, email, blocked, verified, unreachable, q } = req.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const rows = await prisma.userAccount.findMany({
    where: {
      closedAt: null,
      blockedAt: setOrNot(blocked),
      verifiedAt: setOrNot(verified),
      keptEmail: setOrNot(unreachable),
      ...(role === undefined ? {} : { role }),
      ...(email === undefined ? {} : { email }),
      ...(q === undefined ? {} : matching(q)),
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

interface Rights {
  role: Role
  blocked: boolean
}

/** What is logged and counted of a change, besides its audit row. */
const eventsOf = (before: Rights, after: Rights): SecurityEvent[] => [
  ...(before.role === after.role ? [] : (['role_changed'] as const)),
  ...(before.blocked === after.blocked ? [] : ([after.blocked ? 'account_blocked' : 'account_unblocked'] as const)),
]

/**
 * The actor's own row is locked and looked at: who was blocked or demoted a moment ago changes nobody, whatever the token says.
 * @throws AppError unauthenticated, not_found, forbidden, last_admin
 */
const decideRights = ({ users, activeAdmins }: LockedAccounts, actor: string, target: string, wanted: Partial<Rights>) => {
  if (!activeAdmins.has(actor)) throw new AppError('unauthenticated', 'this account is not an active admin any more')
  const user = users.get(target)
  if (user === undefined) throw new AppError('not_found')
  if (user.role === 'guest' && wanted.role !== undefined) throw new AppError('forbidden', 'a guest has no other role')
  const before: Rights = { role: user.role, blocked: user.blocked_at !== null }
  const after: Rights = { role: wanted.role ?? before.role, blocked: wanted.blocked ?? before.blocked }
  const isLost = activeAdmins.has(target) && (after.role !== 'admin' || after.blocked)
  if (isLost && activeAdmins.size === 1) throw new AppError('last_admin')
  return { before, after }
}

export const updateUser = route(identityApi.updateUser, async (req, deps: IdentityDeps) => {
  const { userId } = req.params
  const { principal } = req
  const { reason, ...wanted } = req.body
  if (userId === principal.id) throw new AppError('forbidden', 'nobody changes their own role or blocks themselves')
  await deps.db.tx(async (tx) => {
    const locked = await lockWithAdmins(tx, [principal.id, userId])
    const { before, after } = decideRights(locked, principal.id, userId, wanted)
    if (before.role === after.role && before.blocked === after.blocked) return
    await tx.run`UPDATE user_account SET role = ${after.role}, blocked_at = IF(${after.blocked}, COALESCE(blocked_at, ${tx.dbNow}), NULL) WHERE id = ${userId}`
    if (after.blocked) await voidCodes(tx, userId)
    // A new role or a block must not wait for an old session, or its access tokens, to end by itself.
    await endAllSessions(tx, userId, deps)
    const clientAddress = addressOf(req, deps)
    const why = reason === undefined ? {} : { reason }
    await audit(tx, { actor: principal.id, action: 'user.update', target: userId, before, after, clientAddress, ...why })
    for (const event of eventsOf(before, after))
      tx.afterCommit(() => recordSecurityEvent(deps, event, { userId, actorId: principal.id, clientAddress }))
  })
  return readUser(userId, deps)
})
