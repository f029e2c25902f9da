// Profile routes: read it, change name and language, request a new email address, close the account.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { assignments } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent } from '@cartwright/service-kit'
import { lockWithAdmins } from '../../db/admins.ts'
import { lockUser } from '../../db/users.ts'
import { route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { eraseAccount } from '../../domain/erase-account.ts'
import { reauthenticate } from '../../domain/passwords/reauthenticate.ts'
import { endAllSessions } from '../../domain/tokens/tokens.ts'
import { requestEmailChange } from './new-email.ts'
import { readProfile } from './view.ts'

export const getMe = route(identityApi.getMe, ({ request, deps }) => readProfile(request.principal.id, deps))

export const updateMe = route(identityApi.updateMe, async ({ request, deps }) => {
  const { name, locale, email, currentPassword } = request.body
  const changes = assignments({ name, locale })
  const { id, role } = request.principal
  if (email !== undefined && role === 'guest')
    throw new AppError('forbidden', { detail: 'a guest has no e-mail address: register instead' })
  const known = email === undefined ? null : await reauthenticate(id, currentPassword, deps, request)
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, id)) === null) throw new AppError('not_found')
    if (changes.text !== '') await tx.run`UPDATE user_account SET ${changes} WHERE id = ${id}`
  })
  if (email !== undefined && known !== null) await requestEmailChange(known, email, deps, request)
  return readProfile(id, deps)
})

/** Closes the account: erases personal data and keeps the row; the address can register again. */
export const closeMe = route(identityApi.closeMe, async ({ request, deps }) => {
  const { id, role } = request.principal
  const known = role === 'guest' ? null : await reauthenticate(id, request.body?.currentPassword, deps, request)
  await deps.db.tx(async (tx) => {
    const { users, activeAdmins } = await lockWithAdmins(tx, [id])
    const user = users.get(id)
    if (user === undefined) throw new AppError('not_found')
    if (known && user.password_hash !== known.password_hash) throw new AppError('current_password_wrong')
    if (activeAdmins.has(id) && activeAdmins.size === 1) throw new AppError('last_admin')
    await tx.run`UPDATE user_account
      SET closed_at = ${tx.dbNow}, email = NULL, kept_email = NULL, name = NULL, password_hash = NULL
      WHERE id = ${id}`
    await endAllSessions(tx, id, deps)
    await eraseAccount(tx, id, user.email)
    const facts = { userId: id, clientAddress: clientAddressOf(request, deps) }
    await auditSecurityEvent(tx, deps, 'account_closed', facts, { before: { role: user.role }, after: null })
    await publish(tx, identityEvents.accountClosed, { userId: id, at: deps.clock.now().toISOString() })
  })
  return null
})
