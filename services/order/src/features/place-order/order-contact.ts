// How the shopper of an order is reached: a guest's e-mail address is given, a customer's and its locale are read from the account.
import { AppError, type InternalUser, identityApi, normalizers } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import type { OrderDeps } from '../../deps.ts'

const refuseEmail = (detail: string, message: string): AppError =>
  new AppError('validation_failed', { detail, extra: { errors: [{ path: '/email', message }] } })

/** @throws AppError unauthenticated, account_blocked, upstream_unavailable */
const readAccount = async (principal: Principal, { services }: OrderDeps): Promise<InternalUser & { email: string }> => {
  const account = await services.identity.read(
    identityApi.internalUser,
    { params: { userId: principal.id } },
    { onBehalfOf: principal },
  )
  if (account === null || account.closed) throw new AppError('unauthenticated', { detail: 'this account is closed' })
  if (account.blocked) throw new AppError('account_blocked')
  if (account.email === null) throw new AppError('unauthenticated', { detail: 'this account has no e-mail address' })
  return { ...account, email: account.email }
}

interface Contact {
  email: string
  /** The locale of the account; null for guests. */
  locale: string | null
}

/**
 * @param given the address of the checkout request, normalized
 * @throws AppError validation_failed for a guest without an address and a customer with another one
 */
export const orderContact = async (principal: Principal, given: string | undefined, deps: OrderDeps): Promise<Contact> => {
  if (principal.role === 'guest') {
    if (given === undefined) throw refuseEmail('a guest must give an e-mail address', 'is required for guests')
    return { email: given, locale: null }
  }
  const { email, locale } = await readAccount(principal, deps)
  if (given !== undefined && given !== (normalizers.email.normalize(email) ?? email))
    throw refuseEmail(
      'the order of a customer goes to the address of the account',
      'must be left out, or be the address of your account',
    )
  return { email, locale }
}
