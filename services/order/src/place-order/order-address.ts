// Whom an order's mails go to: the address that a guest gives, or the one that a customer's account has now. Tokens are not asked: it may have changed.
import { AppError, type InternalUser, identityApi, normalizers } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import type { OrderDeps } from '../deps.ts'

const refuseEmail = (detail: string, message: string): AppError =>
  new AppError('validation_failed', detail, { errors: [{ path: '/email', message }] })

/** @throws AppError unauthenticated, account_blocked, upstream_unavailable */
const readAccount = async (principal: Principal, { services }: OrderDeps): Promise<InternalUser & { email: string }> => {
  const account = await services.identity.read(
    identityApi.internalUser,
    { params: { userId: principal.id } },
    { onBehalfOf: principal },
  )
  if (account === null || account.closed) throw new AppError('unauthenticated', 'this account is closed')
  if (account.blocked) throw new AppError('account_blocked')
  if (account.email === null) throw new AppError('unauthenticated', 'this account has no e-mail address')
  return { ...account, email: account.email }
}

/**
 * @param given what the checkout says, in its normal form
 * @throws AppError validation_failed for a guest without an address and a customer with another one
 */
export const orderAddress = async (principal: Principal, given: string | undefined, deps: OrderDeps): Promise<string> => {
  if (principal.role === 'guest') {
    if (given === undefined) throw refuseEmail('a guest must give an e-mail address', 'is required for guests')
    return given
  }
  const { email } = await readAccount(principal, deps)
  if (given !== undefined && given !== (normalizers.email.normalize(email) ?? email))
    throw refuseEmail(
      'the order of a customer goes to the address of the account',
      'must be left out, or be the address of your account',
    )
  return email
}
