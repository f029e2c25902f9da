// Registration: the answer, its status and its time are the same whether the address is known or not.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { ConflictError } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { findByEmail, insertUser, normalized, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { consumeCode, countGuess, issueCode, type PendingChange, prepareCode } from '../one-time-codes/codes.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { openSession } from '../tokens/tokens.ts'

const accepted = { status: 'accepted' } as const

const holder = (user: UserRow, name: string | null) => ({ id: user.id, email: user.email ?? '', name, locale: user.locale })

/** Finds or makes the unverified account of an address. Two registrations at once meet at the unique key. */
const unverifiedAccount = async (email: string, name: string, locale: string, deps: IdentityDeps): Promise<UserRow> => {
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

/** Tells the owner of a verified address that somebody tried to register it; no code is in that mail. */
const tellOwner = async (user: UserRow, deps: IdentityDeps): Promise<void> => {
  const { sealed, expiresAt } = await prepareCode(deps)
  await deps.db.tx((tx) =>
    publish(tx, identityEvents.codeRequested, {
      userId: user.id, purpose: 'already-registered', recipient: { email: user.email ?? '', ...(user.name ? { name: user.name } : {}) },
      locale: user.locale, sealedCode: sealed, expiresAt: expiresAt.toISOString(),
    }),
  )
}

/** Registers: the password is bound to the code, so an older registration of the same address cannot win. */
export const register = route(identityApi.register, async (req, deps: IdentityDeps) => {
  const { email, password, name, locale = 'en' } = req.body
  assertAcceptable(password, '/password')
  const passwordHash = await deps.passwords.hash(password)
  const prepared = await prepareCode(deps)
  const user = await unverifiedAccount(email, name, locale, deps)
  const pending: PendingChange = { passwordHash, name }
  if (user.verified_at) await tellOwner(user, deps)
  else await deps.db.tx((tx) => issueCode(tx, holder(user, name), 'verify-email', prepared, pending))
  return accepted
})

export const resend = route(identityApi.resend, async (req, deps: IdentityDeps) => {
  const prepared = await prepareCode(deps)
  const user = await findByEmail(deps.db, req.body.email)
  if (user && !user.verified_at) {
    await deps.db.tx(async (tx) => {
      const last = await tx.one<{ pending_password_hash: string; pending_name: string }>`SELECT pending_password_hash, pending_name FROM one_time_code
        WHERE user_id = ${user.id} AND purpose = 'verify-email' AND pending_password_hash IS NOT NULL ORDER BY created_at DESC LIMIT 1`
      if (last) await issueCode(tx, holder(user, last.pending_name), 'verify-email', prepared, { passwordHash: last.pending_password_hash, name: last.pending_name })
    })
  }
  return accepted
})

export const verify = route(identityApi.verify, async (req, deps: IdentityDeps) => {
  const user = await findByEmail(deps.db, req.body.email)
  if (user === null || user.verified_at) throw new AppError('otp_invalid')
  await countGuess(user.id, 'verify-email', deps)
  const tokens = await deps.db.tx(async (tx) => {
    const pending = await consumeCode(tx, user.id, 'verify-email', req.body.code, deps)
    const proven = await tx.run`UPDATE user_account SET verified_at = ${tx.dbNow}, password_hash = ${pending?.passwordHash ?? null}, name = ${pending?.name ?? user.name}
      WHERE id = ${user.id} AND verified_at IS NULL AND closed_at IS NULL`
    if (proven.affectedRows !== 1) throw new AppError('otp_invalid')
    await publish(tx, identityEvents.customerVerified, {
      userId: user.id, recipient: { email: normalized(req.body.email), ...(pending?.name ? { name: pending.name } : {}) }, locale: user.locale,
    })
    return openSession(tx, user, deps)
  })
  return tokens()
})

export const forgotPassword = route(identityApi.forgotPassword, async (req, deps: IdentityDeps) => {
  const prepared = await prepareCode(deps)
  const user = await findByEmail(deps.db, req.body.email)
  if (user?.verified_at) await deps.db.tx((tx) => issueCode(tx, holder(user, user.name), 'reset-password', prepared))
  return accepted
})

export const resetPassword = route(identityApi.resetPassword, async (req, deps: IdentityDeps) => {
  const { email, code, newPassword } = req.body
  assertAcceptable(newPassword, '/newPassword')
  const passwordHash = await deps.passwords.hash(newPassword)
  const user = await findByEmail(deps.db, email)
  if (user === null || !user.verified_at) throw new AppError('otp_invalid')
  await countGuess(user.id, 'reset-password', deps)
  await deps.db.tx(async (tx) => {
    await consumeCode(tx, user.id, 'reset-password', code, deps)
    await tx.run`UPDATE user_account SET password_hash = ${passwordHash} WHERE id = ${user.id}`
    await tx.run`UPDATE refresh_token SET revoked_at = ${tx.dbNow} WHERE user_id = ${user.id} AND revoked_at IS NULL`
    await publish(tx, identityEvents.passwordChanged, {
      userId: user.id, recipient: { email: normalized(email), ...(user.name ? { name: user.name } : {}) }, locale: user.locale, at: deps.clock.now().toISOString(),
    })
  })
  return null
})
