// A shopper's own profile and address book; every statement filters by owner.
import { type Address, AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { findById, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { endAllSessions } from '../tokens/tokens.ts'

const profileOf = (user: UserRow | null) => {
  if (user === null) throw new AppError('not_found')
  return { id: user.id, role: user.role, email: user.email, name: user.name, locale: user.locale, createdAt: user.created_at.toISOString() }
}

export const getMe = route(identityApi.getMe, async (req, deps: IdentityDeps) => profileOf(await findById(deps.db, req.principal.id)))

export const updateMe = route(identityApi.updateMe, async (req, deps: IdentityDeps) => {
  const { name = null, locale = null } = req.body
  await deps.db.tx((tx) => tx.run`UPDATE user_account SET name = COALESCE(${name}, name), locale = COALESCE(${locale}, locale) WHERE id = ${req.principal.id} AND closed_at IS NULL`)
  return profileOf(await findById(deps.db, req.principal.id))
})

/** Closes the account: what identifies its owner goes, the row stays, and the address can register again. */
export const closeMe = route(identityApi.closeMe, async (req, deps: IdentityDeps) => {
  const { id } = req.principal
  await deps.db.tx(async (tx) => {
    const closed = await tx.run`UPDATE user_account SET closed_at = ${tx.dbNow}, email = NULL, name = NULL, password_hash = NULL WHERE id = ${id} AND closed_at IS NULL`
    if (closed.affectedRows !== 1) throw new AppError('not_found')
    await endAllSessions(tx, id)
    await tx.run`DELETE FROM address WHERE user_id = ${id}`
    await tx.run`DELETE FROM one_time_code WHERE user_id = ${id}`
    await publish(tx, identityEvents.accountClosed, { userId: id, at: deps.clock.now().toISOString() })
  })
  return null
})

interface AddressRow {
  id: string
  is_default: number
  details: string
}

const entryOf = (row: AddressRow) => ({ ...(JSON.parse(row.details) as Address), id: row.id, isDefault: Boolean(row.is_default) })

const getAddress = async (tx: Tx, userId: string, addressId: string) => {
  const row = await tx.one<AddressRow>`SELECT id, is_default, details FROM address WHERE id = ${addressId} AND user_id = ${userId}`
  if (row === null) throw new AppError('not_found')
  return entryOf(row)
}

/** One default at most; the first address is it. */
const makeDefault = (tx: Tx, userId: string, addressId: string) => tx.run`UPDATE address SET is_default = (id = ${addressId}) WHERE user_id = ${userId}`

export const listAddresses = route(identityApi.listAddresses, async (req, deps: IdentityDeps) => {
  const rows = await deps.db.rows<AddressRow>`SELECT id, is_default, details FROM address WHERE user_id = ${req.principal.id} ORDER BY id LIMIT 100`
  return { items: rows.map(entryOf), nextCursor: null }
})

export const addAddress = route(identityApi.addAddress, async (req, deps: IdentityDeps) => {
  const { isDefault = false, ...details } = req.body
  const id = deps.newId('adr')
  return deps.db.tx(async (tx) => {
    const known = await tx.one<{ n: number }>`SELECT COUNT(*) AS n FROM address WHERE user_id = ${req.principal.id}`
    if ((known?.n ?? 0) >= 100) throw new AppError('validation_failed', 'an address book holds at most 100 addresses')
    await tx.run`INSERT INTO address (id, user_id, is_default, details, created_at) VALUES (${id}, ${req.principal.id}, FALSE, ${JSON.stringify(details)}, ${tx.dbNow})`
    if (isDefault || known?.n === 0) await makeDefault(tx, req.principal.id, id)
    return getAddress(tx, req.principal.id, id)
  })
})

export const updateAddress = route(identityApi.updateAddress, async (req, deps: IdentityDeps) => {
  const { isDefault, ...changes } = req.body
  const { addressId } = req.params
  return deps.db.tx(async (tx) => {
    const { id: _, isDefault: __, ...known } = await getAddress(tx, req.principal.id, addressId)
    await tx.run`UPDATE address SET details = ${JSON.stringify({ ...known, ...changes })} WHERE id = ${addressId} AND user_id = ${req.principal.id}`
    if (isDefault) await makeDefault(tx, req.principal.id, addressId)
    return getAddress(tx, req.principal.id, addressId)
  })
})

export const deleteAddress = route(identityApi.deleteAddress, async (req, deps: IdentityDeps) => {
  const { affectedRows } = await deps.db.tx((tx) => tx.run`DELETE FROM address WHERE id = ${req.params.addressId} AND user_id = ${req.principal.id}`)
  if (affectedRows !== 1) throw new AppError('not_found')
  return null
})
