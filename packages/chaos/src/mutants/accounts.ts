// Planted defects in who somebody is and what belongs to whom.
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
    breaks: 'A refresh token that was rotated long ago still opens the session for whoever stole it.',
    file: `${identity}/tokens/tokens.ts`,
    find: 'if (row.late || row.siblings > 0) return false',
    replace: 'if (row.siblings > 0) return false',
    heldBy: int(
      `${identity}/sign-in/routes.int.test.ts`,
      'a refresh token is rotated; a retry within ten seconds gets a sibling, a later one ends the family',
    ),
  },
  {
    name: 'guesses-not-counted',
    rule: 'R8',
    owner: 'identity',
    breaks: 'The code of a registration can be guessed as often as one likes.',
    file: `${identity}/register/routes.ts`,
    find: "await countGuess(subject, 'verify-email', deps)\n",
    replace: '\n',
    heldBy: int(
      `${identity}/one-time-codes/codes.int.test.ts`,
      'the sixth guess fails even when it is right, and neither a new code nor a sign-in gives new guesses',
    ),
  },
  {
    name: 'last-admin-can-vanish',
    rule: 'R8',
    owner: 'identity',
    breaks: 'The last admin closes the account, and nobody can let another one in.',
    file: `${identity}/profile/routes.ts`,
    find: 'if (activeAdmins.has(id) && activeAdmins.size === 1) throw',
    replace: 'if (activeAdmins.has(id) && activeAdmins.size === 0) throw',
    heldBy: int(
      `${identity}/admin-users/guards.int.test.ts`,
      'the last admin is not closed; with a second one it is, and that leaves a trace',
    ),
  },
  {
    name: 'reset-keeps-open-codes',
    rule: 'R8',
    owner: 'identity',
    breaks: 'A change of address that a thief has asked for outlives the owner’s reset.',
    file: `${identity}/reset-password/routes.ts`,
    find: 'await voidCodes(tx, user.id)\n',
    replace: '\n',
    heldBy: int(
      `${identity}/reset-password/routes.int.test.ts`,
      'a reset voids every open code of the account: a change of address that a thief asked for does not outlive it',
    ),
  },
  {
    name: 'new-role-keeps-sessions',
    rule: 'R8',
    owner: 'identity',
    breaks: 'Sessions of an account keep the role that it has lost.',
    file: `${identity}/admin-users/routes.ts`,
    find: 'await endAllSessions(tx, userId, deps)\n',
    replace: '\n',
    heldBy: int(`${identity}/admin-users/routes.int.test.ts`, 'a new role ends the sessions of the old one'),
  },
  {
    name: 'address-of-somebody-else',
    rule: 'R8',
    owner: 'identity',
    breaks: 'Whoever knows the id of an address removes it from another person’s book.',
    file: `${identity}/address-book/routes.ts`,
    find: 'WHERE id = ${req.params.addressId} AND user_id = ${userId}',
    replace: 'WHERE id = ${req.params.addressId}',
    heldBy: int(`${identity}/address-book/routes.int.test.ts`, 'somebody else’s address looks like one that is not there'),
  },
]

const others: readonly Mutant[] = [
  {
    name: 'order-of-somebody-else',
    rule: 'R8',
    owner: 'order',
    breaks: 'An order is read by its id alone, whoever asks.',
    file: `${order}/read-orders/routes.ts`,
    find: ' AND principal_id = ${req.principal.id}',
    replace: '',
    heldBy: int(
      `${order}/read-orders/routes.int.test.ts`,
      'sees nobody else’s order, and an order that is not there looks the same',
    ),
  },
  {
    name: 'lookup-guesses-without-budget',
    rule: 'R8',
    owner: 'order',
    breaks: 'The code that leads a guest back to an order can be guessed as often as one likes.',
    file: `${order}/look-up-order/codes.ts`,
    find: 'return budget !== null && budget.tries <= maxTries',
    replace: 'return budget !== null && budget.tries > 0',
    heldBy: int(
      `${order}/look-up-order/routes.int.test.ts`,
      'a hundred guesses at once cost five comparisons; the budget is the order’s, and comes back after its time',
    ),
  },
  {
    name: 'order-token-reads-every-order',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A token that reads one order reads every order.',
    file: `${kit}/order-token.ts`,
    find: 'if (read.orderId !== orderId) throw',
    replace: "if (read.orderId === '') throw",
    heldBy: unit(`${kit}/order-token.test.ts`, 'another order, another secret and a changed token are refused'),
  },
  {
    name: 'expired-token-accepted',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A token that was checked once is let in after it has expired.',
    file: `${kit}/auth.ts`,
    find: 'if (known && known.expiresAtMs > clock.now().getTime()) return known\n',
    replace: 'if (known) return known\n',
    heldBy: int(`${kit}/auth.int.test.ts`, 'a token is remembered only until it expires'),
  },
  {
    name: 'revoked-token-accepted',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'An access token goes on working after its account was blocked or its session was ended.',
    file: `${kit}/auth.ts`,
    find: 'await assertNotRevoked(facts, revocations)\n',
    replace: '\n',
    heldBy: int(
      `${kit}/revocation-feed.int.test.ts`,
      'a token that was good, and was remembered as good, is 401 after the event, and a new one is good',
    ),
  },
  {
    name: 'revocation-lifted-by-an-older-one',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'A revocation that arrives late overwrites a newer one, and tokens in between are believed again.',
    file: `${kit}/revocations.ts`,
    find: 'Math.max(known?.notBeforeUs ?? 0, microseconds(notBefore))',
    replace: 'microseconds(notBefore)',
    heldBy: int(`${kit}/revocation-feed.int.test.ts`, 'an older event that comes late lifts nothing'),
  },
  {
    name: 'roles-are-not-asked',
    rule: 'R8',
    owner: 'service-kit',
    breaks: 'Whoever has signed in may do what an admin may.',
    file: `${kit}/route.ts`,
    find: "admin: ['admin'],",
    replace: "admin: ['admin', 'customer'],",
    heldBy: int(`${kit}/auth.int.test.ts`, 'roles decide: a guest is no customer, a customer no admin'),
  },
]

export const accountMutants: readonly Mutant[] = [...identities, ...others]
