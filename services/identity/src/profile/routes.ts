// A shopper's own profile: name, language, a new address that is proven first, and the end of the account.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { assignments } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { lockWithAdmins } from '../db/admins.ts'
import { eraseAccount } from '../db/erase.ts'
import { lockUser } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { reauthenticate } from '../passwords/reauthenticate.ts'
import { endAllSessions } from '../tokens/tokens.ts'
import { askForNewEmail } from './new-email.ts'
import { readProfile } from './view.ts'

export const getMe = route(identityApi.getMe, (req, deps: IdentityDeps) => readProfile(req.principal.id, deps))

export const updateMe = route(identityApi.updateMe, async (req, deps: IdentityDeps) => {
  const { name, locale, email, currentPassword } = req.body
  const changes = assignments({ name, locale })
  const { id, role } = req.principal
  if (email !== undefined && role === 'guest') throw new AppError('forbidden', 'a guest has no e-mail address: register instead')
  const known = email === undefined ? null : await reauthenticate(id, currentPassword, deps, req)
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, id)) === null) throw new AppError('not_found')
    if (changes.text !== '') await tx.run`UPDATE user_account SET ${changes} WHERE id = ${id}`
  })
  if (email !== undefined && known !== null) await askForNewEmail(known, email, deps, req)
  return readProfile(id, deps)
})

/** Closes the account: what identifies its owner goes, the row stays, and the address can register again. */
export const closeMe = route(identityApi.closeMe, async (req, deps: IdentityDeps) => {
  const { id, role } = req.principal
  const known = role === 'guest' ? null : await reauthenticate(id, req.body?.currentPassword, deps, req)
  await deps.db.tx(async (tx) => {
    const { users, activeAdmins } = await lockWithAdmins(tx, [id])
    const user = users.get(id)
    if (user === undefined) throw new AppError('not_found')
    if (known && user.password_hash !== known.password_hash) throw new AppError('current_password_wrong')
    if (activeAdmins.has(id) && activeAdmins.size === 1) throw new AppError('last_admin')
    await tx.run`UPDATE user_account SET closed_at = ${tx.dbNow}, email = NULL, kept_email = NULL, name = NULL, password_hash = NULL WHERE id = ${id}`
    await endAllSessions(tx, id, deps)
    await eraseAccount(tx, id, user.email)
    const facts = { userId: id, clientAddress: addressOf(req, deps) }
    await auditSecurityEvent(tx, deps, 'account_closed', facts, { before: { role: user.role }, after: null })
    await publish(tx, identityEvents.accountClosed, { userId: id, at: deps.clock.now().toISOString() })
  })
  return null
})
