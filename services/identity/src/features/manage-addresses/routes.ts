// Address book routes: every statement filters by owner, and a book with addresses has exactly one default.
import { AppError, applyPatch, identityApi } from '@cartwright/contracts'
import { insertInto, type Tx } from '@cartwright/db'
import { type AddressRow, addressTable } from '../../db/generated/rows.ts'
import { addressColumn } from '../../db/json-columns.ts'
import { lockUser } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'

const maxAddresses = 100

const entryOf = (row: AddressRow) => ({
  ...addressColumn.parse(row.details),
  id: row.id,
  isDefault: Boolean(row.is_default),
})

const readAddress = async (userId: string, id: string, { db }: IdentityDeps) => {
  const row = await db.one<AddressRow>`SELECT * FROM address WHERE id = ${id} AND user_id = ${userId}`
  if (row === null) throw new AppError('not_found')
  return entryOf(row)
}

/** Serializes changes of one address book, so that concurrent changes leave one default. @throws AppError not_found */
const changeAddressBook = <T>(userId: string, deps: IdentityDeps, work: (tx: Tx) => Promise<T>): Promise<T> =>
  deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    return work(tx)
  })

const makeDefault = (tx: Tx, userId: string, addressId: string) =>
  tx.run`UPDATE address SET is_default = (id = ${addressId}) WHERE user_id = ${userId}`

export const listAddresses = route(identityApi.listAddresses, async ({ request, deps: { db } }) => {
  const { id: userId } = request.principal
  const rows = await db.rows<AddressRow>`SELECT * FROM address WHERE user_id = ${userId} ORDER BY id LIMIT ${maxAddresses}`
  return { items: rows.map(entryOf), nextCursor: null }
})

export const addAddress = route(identityApi.addAddress, async ({ request, deps }) => {
  const { isDefault = false, ...details } = request.body
  const { id: userId } = request.principal
  const id = deps.newId('adr')
  await changeAddressBook(userId, deps, async (tx) => {
    const known = await tx.one<{ n: number }>`SELECT COUNT(*) AS n FROM address WHERE user_id = ${userId}`
    if ((known?.n ?? 0) >= maxAddresses)
      throw new AppError('validation_failed', { detail: `an address book holds at most ${maxAddresses} addresses` })
    await tx.run`${insertInto(addressTable, {
      id,
      user_id: userId,
      is_default: false,
      details: addressColumn.stringify(details),
      created_at: tx.dbNow,
    })}`
    if (isDefault || known?.n === 0) await makeDefault(tx, userId, id)
  })
  return readAddress(userId, id, deps)
})

/** `isDefault: true` makes this address the default; `false` changes nothing, because a book needs a default. */
export const updateAddress = route(identityApi.updateAddress, async ({ request, deps }) => {
  const { isDefault, ...changes } = request.body
  const { id: userId } = request.principal
  const { addressId } = request.params
  await changeAddressBook(userId, deps, async (tx) => {
    const known = await tx.one<
      Pick<AddressRow, 'details'>
    >`SELECT details FROM address WHERE id = ${addressId} AND user_id = ${userId}`
    if (known === null) throw new AppError('not_found')
    const details = addressColumn.stringify(applyPatch(addressColumn.parse(known.details), changes))
    await tx.run`UPDATE address SET details = ${details} WHERE id = ${addressId} AND user_id = ${userId}`
    if (isDefault) await makeDefault(tx, userId, addressId)
  })
  return readAddress(userId, addressId, deps)
})

export const deleteAddress = route(identityApi.deleteAddress, async ({ request, deps }) => {
  const { id: userId } = request.principal
  await changeAddressBook(userId, deps, async (tx) => {
    const { affectedRows } = await tx.run`DELETE FROM address WHERE id = ${request.params.addressId} AND user_id = ${userId}`
    if (affectedRows !== 1) throw new AppError('not_found')
    const next = await tx.one<
      Pick<AddressRow, 'id' | 'is_default'>
    >`SELECT id, is_default FROM address WHERE user_id = ${userId} ORDER BY is_default DESC, id DESC LIMIT 1`
    if (next && !next.is_default) await makeDefault(tx, userId, next.id)
  })
  return null
})
