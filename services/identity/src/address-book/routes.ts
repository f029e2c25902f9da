// A shopper's address book; every statement filters by owner, and as long as there is an address one of them is the default.
import { type Address, AppError, applyPatch, identityApi } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { lockUser } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'

const maxAddresses = 100

const entryOf = (row: { id: string; isDefault: boolean; details: string }) => ({
  ...(JSON.parse(row.details) as Address),
  id: row.id,
  isDefault: row.isDefault,
})

const readAddress = async (userId: string, id: string, { prisma }: IdentityDeps) => {
  const row = await prisma.address.findFirst({ where: { id, userId } })
  if (row === null) throw new AppError('not_found')
  return entryOf(row)
}

/** Changes of one book come one after the other, so that two of them cannot make two defaults. @throws AppError not_found */
const inBook = <T>(userId: string, deps: IdentityDeps, work: (tx: Tx) => Promise<T>): Promise<T> =>
  deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    return work(tx)
  })

const makeDefault = (tx: Tx, userId: string, addressId: string) =>
  tx.run`UPDATE address SET is_default = (id = ${addressId}) WHERE user_id = ${userId}`

export const listAddresses = route(identityApi.listAddresses, async (req, { prisma }: IdentityDeps) => {
  const rows = await prisma.address.findMany({ where: { userId: req.principal.id }, orderBy: { id: 'asc' }, take: maxAddresses })
  return { items: rows.map(entryOf), nextCursor: null }
})

export const addAddress = route(identityApi.addAddress, async (req, deps: IdentityDeps) => {
  const { isDefault = false, ...details } = req.body
  const { id: userId } = req.principal
  const id = deps.newId('adr')
  await inBook(userId, deps, async (tx) => {
    const known = await tx.one<{ n: number }>`SELECT COUNT(*) AS n FROM address WHERE user_id = ${userId}`
    if ((known?.n ?? 0) >= maxAddresses)
      throw new AppError('validation_failed', `an address book holds at most ${maxAddresses} addresses`)
    await tx.run`INSERT INTO address (id, user_id, is_default, details, created_at) VALUES (${id}, ${userId}, FALSE, ${JSON.stringify(details)}, ${tx.dbNow})`
    if (isDefault || known?.n === 0) await makeDefault(tx, userId, id)
  })
  return readAddress(userId, id, deps)
})

/** To make another address the default, say so of that one: a book without a default helps nobody. */
export const updateAddress = route(identityApi.updateAddress, async (req, deps: IdentityDeps) => {
  const { isDefault, ...changes } = req.body
  const { id: userId } = req.principal
  const { addressId } = req.params
  await inBook(userId, deps, async (tx) => {
    const known = await tx.one<{ details: string }>`SELECT details FROM address WHERE id = ${addressId} AND user_id = ${userId}`
    if (known === null) throw new AppError('not_found')
    const details = JSON.stringify(applyPatch(JSON.parse(known.details) as Address, changes))
    await tx.run`UPDATE address SET details = ${details} WHERE id = ${addressId} AND user_id = ${userId}`
    if (isDefault) await makeDefault(tx, userId, addressId)
  })
  return readAddress(userId, addressId, deps)
})

export const deleteAddress = route(identityApi.deleteAddress, async (req, deps: IdentityDeps) => {
  const { id: userId } = req.principal
  await inBook(userId, deps, async (tx) => {
    const { affectedRows } = await tx.run`DELETE FROM address WHERE id = ${req.params.addressId} AND user_id = ${userId}`
    if (affectedRows !== 1) throw new AppError('not_found')
    const next = await tx.one<{
      id: string
      chosen: number
    }>`SELECT id, is_default AS chosen FROM address WHERE user_id = ${userId} ORDER BY is_default DESC, id DESC LIMIT 1`
    if (next && !next.chosen) await makeDefault(tx, userId, next.id)
  })
  return null
})
