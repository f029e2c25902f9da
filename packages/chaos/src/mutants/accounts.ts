// Mutants in authentication and authorisation.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const kit = 'packages/service-kit/src'
const order = 'services/order/src'

const identity = 'services/identity/src'

const identities: readonly Mutant[] = [
  {
    name: 'refresh-reuse-not-detected',
    rule: 'R8',
    owner: 'identity',
    breaks: 'A thief who holds a refresh token that was rotated long ago still gets a session.',
    file: `${identity}/domain/tokens/tokens.ts`,
    find: 'if (row.late || row.siblings > 0) return false',
    replace: 'if (row.siblings > 0) return false',
    heldBy: int(
      `${identity}/features/sign-in/routes.int.test.ts`,
      'gives a refresh token that rotates: a retry within ten seconds gets a sibling, a later reuse ends the session',
    ),
  },
  {
    name: 'guesses-not-counted',
    rule: 'R8',
    owner: 'identity',
    breaks: 'The code of a registration can be guessed without limit.',
    file: `${identity}/features/register/routes.ts`,
    find: "await recordAttempt(subject, 'verify-email', deps)\n",
    replace: '\n',
    heldBy: int(
      `${identity}/domain/one-time-codes/codes.int.test.ts`,
      'are refused at the sixth attempt even when right, and neither a new code nor a sign-in gives new attempts',
    ),
  },
  {
    name: 'last-admin-can-vanish',
    rule: 'R8',
    owner: 'identity',
    breaks: 'The last admin can close the account, so the shop has no admin any more.',
    file: `${identity}/features/edit-profile/routes.ts`,
    find: 'if (activeAdmins.has(id) && activeAdmins.size === 1) throw',
    replace: 'if (activeAdmins.has(id) && activeAdmins.size === 0) throw',
    heldBy: int(
      `${identity}/features/admin-users/guards.int.test.ts`,
      'do not close the last admin, and close one of two with an audit row',
    ),
  },
  {
    name: 'reset-keeps-open-codes',
    rule: 'R8',
    owner: 'identity',
    breaks: 'A change of e-mail address that a thief requested stays valid after the owner resets the password.',
    file: `${identity}/features/reset-password/routes.ts`,
    find: 'await voidCodes(tx, user.id)\n',
    replace: '\n',
    heldBy: int(
      `${identity}/features/reset-password/routes.int.test.ts`,
      'voids every open code of the account, also of an email change that an attacker requested',
    ),
  },
  {
    name: 'new-role-keeps-sessions',
    rule: 'R8',
    owner: 'identity',
    breaks: 'Sessions of an account keep the role that it has lost.',
    file: `${identity}/features/admin-users/routes.ts`,
    find: 'await endAllSessions(tx, userId, deps)\n',
    replace: '\n',
    heldBy: int(`${identity}/features/admin-users/routes.int.test.ts`, 'end the sessions of a user whose role they change'),
  },
  {
    name: 'address-of-another-customer',
    rule: 'R8',
    owner: 'identity',
    breaks: 'A user can delete an address of another user by its id.',
    file: `${identity}/features/manage-addresses/routes.ts`,
    find: 'WHERE id = ${request.params.addressId} AND user_id = ${userId}',
    replace: 'WHERE id = ${request.params.addressId}',
    heldBy: int(
      `${identity}/features/manage-addresses/routes.int.test.ts`,
      'answers 404 for another owner’s address, as for an unknown one',
    ),
  },
]

const others: readonly Mutant[] = [
  {
    name: 'order-of-another-customer',
    rule: 'R8',
    owner: 'order',
    breaks: 'A user can read an order of another user by its id.',
    file: `${order}/features/read-orders/routes.ts`,
    find: ' AND principal_id = ${request.principal.id}',
    replace: '',
    heldBy: int(
      `${order}/features/read-orders/routes.int.test.ts`,
      'cannot read another shopper’s order, which looks like an unknown one',
    ),
  },
  {
    name: 'lookup-guesses-without-budget',
    rule: 'R8',
    owner: 'order',
    breaks: 'The code of a guest order lookup can be guessed without limit.',
    file: `${order}/domain/order-codes.ts`,
    find: 'return budget !== null && budget.tries <= maxAttempts',
    replace: 'return budget !== null && budget.tries > 0',
    heldBy: int(
      `${order}/features/look-up-guest-order/routes.int.test.ts`,
      'a hundred attempts at once cause five comparisons; the limit belongs to the order and resets after its window',
    ),
  },
  {
    name: 'order-token-reads-every-order',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A token that reads one order reads every order.',
    file: `${kit}/auth/order-token.ts`,
    find: 'if (read.orderId !== orderId) throw',
    replace: "if (read.orderId === '') throw",
    heldBy: unit(
      `${kit}/auth/order-token.test.ts`,
      'an order token is refused for another order, with another secret and when it was changed',
    ),
  },
  {
    name: 'expired-token-accepted',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A token that was verified once is accepted after it has expired.',
    file: `${kit}/auth/access-tokens.ts`,
    find: 'if (known && known.expiresAtMs > clock.now().getTime()) return known\n',
    replace: 'if (known) return known\n',
    heldBy: int(`${kit}/auth/access-tokens.int.test.ts`, 'a token is remembered only until it expires'),
  },
  {
    name: 'revoked-token-accepted',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'An access token stays valid after its account was blocked or its session was ended.',
    file: `${kit}/auth/access-tokens.ts`,
    find: 'await assertNotRevoked(facts, revocations)\n',
    replace: '\n',
    heldBy: int(`${kit}/auth/revocation-feed.int.test.ts`, 'a cached token is 401 after the event, and a new token is accepted'),
  },
  {
    name: 'revocation-lifted-by-an-older-one',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A revocation that arrives late overwrites a newer one, so revoked tokens are accepted again.',
    file: `${kit}/auth/revocations.ts`,
    find: 'Math.max(known?.notBeforeUs ?? 0, microseconds(notBefore))',
    replace: 'microseconds(notBefore)',
    heldBy: int(`${kit}/auth/revocation-feed.int.test.ts`, 'a late, older event lifts no revocation'),
  },
  {
    name: 'roles-are-not-asked',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A customer can call the routes of admins.',
    file: `${kit}/http/authorize.ts`,
    find: "admin: ['admin'],",
    replace: "admin: ['admin', 'customer'],",
    heldBy: int(`${kit}/auth/access-tokens.int.test.ts`, 'a guest is no customer and a customer is no admin'),
  },
]

export const accountMutants: readonly Mutant[] = [...identities, ...others]
