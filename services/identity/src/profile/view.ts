// The profile as its owner sees it.
import { AppError, type Profile, type Role } from '@cartwright/contracts'
import type { IdentityDeps } from '../deps.ts'

/** @throws AppError not_found for a closed account */
export const readProfile = async (userId: string, { prisma, clock }: IdentityDeps): Promise<Profile> => {
  const user = await prisma.userAccount.findFirst({ where: { id: userId, closedAt: null } })
  if (user === null) throw new AppError('not_found')
  const asked = await prisma.oneTimeCode.findFirst({
    where: { userId, purpose: 'change-email', usedAt: null, expiresAt: { gt: clock.now() } },
    orderBy: { createdAt: 'desc' },
    select: { pendingEmail: true },
  })
  return {
    id: user.id,
    role: user.role as Role,
    email: user.email ?? user.keptEmail,
    pendingEmail: asked?.pendingEmail ?? null,
    name: user.name,
    locale: user.locale,
    createdAt: user.createdAt.toISOString(),
  }
}
