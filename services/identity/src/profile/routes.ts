// A shopper's own profile: name, language, a new address that is proven first, and the end of the account.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { lockUser, normalized } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { endAllSessions } from '../tokens/tokens.ts'
import { askForNewEmail } from './new-email.ts'
import { readProfile } from './view.ts'

export const getMe = route(identityApi.getMe, (req, deps: IdentityDeps) => readProfile(req.principal.id, deps))

export const updateMe = route(identityApi.updateMe, async (req, deps: IdentityDeps) => {
  const { name = null, locale = null, email } = req.body
  const { id, role } = req.principal
  if (email !== undefined && role === 'guest') throw new AppError('forbidden', 'a guest has no e-mail address: register instead')
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, id)) === null) throw new AppError('not_found')
    await tx.run`UPDATE user_account SET name = COALESCE(${name}, name), locale = COALESCE(${locale}, locale) WHERE id = ${id}`
  })
  if (email !== undefined) await askForNewEmail(id, normalized(email), deps)
  return readProfile(id, deps)
})

/** Closes the account: what identifies its owner goes, the row stays, and the address can register again. */
export const closeMe = route(identityApi.closeMe, async (req, deps: IdentityDeps) => {
  const { id } = req.principal
  await deps.db.tx(async (tx) => {
    const closed =
      await tx.run`UPDATE user_account SET closed_at = ${tx.dbNow}, email = NULL, name = NULL, password_hash = NULL WHERE id = ${id} AND closed_at IS NULL`
    if (closed.affectedRows !== 1) throw new AppError('not_found')
    await endAllSessions(tx, id, deps)
    await tx.run`DELETE FROM address WHERE user_id = ${id}`
    await tx.run`DELETE FROM one_time_code WHERE user_id = ${id}`
    await publish(tx, identityEvents.accountClosed, { userId: id, at: deps.clock.now().toISOString() })
  })
  return null
})
