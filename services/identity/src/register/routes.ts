// Registration: the answer, its status and its time are the same whether the address is known or not.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { ConflictError } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { answer, route } from '@cartwright/service-kit'
import { findByEmail, insertUser, lockUser, normalized, recipientOf, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { consumeCode, countGuess, findPending, guesserOf, issueCode, prepareCode } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { noSooner } from '../same-time.ts'
import { openSession } from '../tokens/tokens.ts'

const accepted = answer(202, { status: 'accepted' } as const)

/** Finds or makes the account of an address. Two registrations at once meet at the unique key. */
const accountOf = async (email: string, name: string, locale: string, deps: IdentityDeps): Promise<UserRow> => {
  const known = await findByEmail(deps.db, email)
  if (known) return known
  try {
    await insertUser(deps.db, { id: deps.newId('usr'), role: 'customer', email, name, locale })
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
  }
  const made = await findByEmail(deps.db, email)
  if (made === null) throw new AppError('conflict')
  return made
}

/**
 * Registers. The password is bound to the code that is mailed for it, and another password makes the older code worthless: whoever
 * registered an address first, without owning it, cannot win. Sending the same registration again is a resend.
 */
export const register = route(identityApi.register, async (req, deps: IdentityDeps) => {
  const { email, password, name, locale = 'en' } = req.body
  await assertAcceptable({ password, field: '/password', context: [email, name] }, deps)
  return noSooner(deps.config.answerFloorMs, async () => {
    const before = await findByEmail(deps.db, email)
    const earlier = before && !before.verified_at ? await findPending(deps.db, before.id, 'verify-email') : null
    const [passwordHash, repeated] = await Promise.all([
      deps.passwords.hash(password),
      deps.passwords.matches(password, earlier?.passwordHash ?? null),
    ])
    const prepared = await prepareCode(deps)
    const user = await accountOf(email, name, locale, deps)
    const holder = { id: user.id, email: normalized(email), name: user.verified_at ? user.name : name, locale: user.locale }
    await deps.db.tx((tx) =>
      user.verified_at
        ? issueCode(tx, { holder, purpose: 'already-registered', prepared })
        : issueCode(tx, { holder, purpose: 'verify-email', prepared, pending: { passwordHash, name }, supersedes: !repeated }),
    )
    return accepted
  })
})

export const resend = route(identityApi.resend, (req, deps: IdentityDeps) =>
  noSooner(deps.config.answerFloorMs, async () => {
    const prepared = await prepareCode(deps)
    const user = await findByEmail(deps.db, req.body.email)
    if (user && !user.verified_at) {
      await deps.db.tx(async (tx) => {
        const pending = await findPending(tx, user.id, 'verify-email')
        const holder = { id: user.id, email: user.email ?? '', name: pending?.name ?? user.name, locale: user.locale }
        if (pending) await issueCode(tx, { holder, purpose: 'verify-email', prepared, pending })
      })
    }
    return accepted
  }),
)

export const verify = route(identityApi.verify, (req, deps: IdentityDeps) =>
  guessing(req, deps, async () => {
    const { email, code } = req.body
    const subject = guesserOf(normalized(email))
    await countGuess(subject, 'verify-email', deps)
    const known = await findByEmail(deps.db, email)
    const tokens = await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, known?.id ?? '')
      const pending = await consumeCode(tx, { userId: user?.id ?? '', purpose: 'verify-email', code, subject }, deps)
      if (user === null || user.verified_at) throw new AppError('otp_invalid')
      if (user.blocked_at) throw new AppError('account_blocked')
      const name = pending.name ?? user.name
      await tx.run`UPDATE user_account SET verified_at = ${tx.dbNow}, password_hash = ${pending.passwordHash ?? null}, name = ${name} WHERE id = ${user.id}`
      await publish(tx, identityEvents.customerVerified, {
        userId: user.id,
        recipient: recipientOf(normalized(email), name),
        locale: user.locale,
      })
      return openSession(tx, user, deps, req)
    })
    return tokens()
  }),
)
