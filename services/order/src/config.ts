// Every environment variable of order.
import { days, integer, secret, text, textList } from '@cartwright/service-kit'

export const config = {
  port: integer('ORDER_PORT', 'Port; 0 takes a free one', 0),
  metricsPort: integer('ORDER_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  databaseUrl: secret(text('ORDER_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('ORDER_POOL_SIZE', 'Database connections at most', 10),
  checkoutsAtOnce: integer(
    'ORDER_CHECKOUTS_AT_ONCE',
    'Checkouts that are at work at the same time; others wait their turn, for at most 45 seconds',
    8,
  ),
  unpaidPerPrincipal: integer(
    'ORDER_UNPAID_PER_PRINCIPAL',
    'Orders of one guest or customer that may wait for their payment at the same time; 0 sets no limit',
    5,
  ),
  unpaidPerAddress: integer(
    'ORDER_UNPAID_PER_ADDRESS',
    'The same for all guests of one client address (an IPv6 network of /64); 0 sets no limit; production 100, development 0',
    null,
  ),
  minimumCharges: textList(
    'ORDER_MINIMUM_CHARGES',
    'Least totals where Stripe publishes none, in minor units, such as `TWD:1600,KWD:150`: what half a dollar of your bank account is',
    [],
  ),
  returnOrigins: textList(
    'CHECKOUT_RETURN_ORIGINS',
    'Origins that shoppers may return to after paying; loopback is allowed outside production',
    [],
  ),
  returnTicketSec: integer(
    'ORDER_RETURN_TICKET_SEC',
    'Seconds for which the page after the hosted one may look at the payment',
    7200,
  ),
  holdSec: integer('ORDER_HOLD_SEC', 'Seconds for which stock is held after an order is placed', 3600),
  reserveTimeoutSec: integer(
    'ORDER_RESERVE_TIMEOUT_SEC',
    'Seconds to wait for stock before asking again; after three more tries the order is cancelled',
    30,
  ),
  sessionTimeoutSec: integer(
    'ORDER_SESSION_TIMEOUT_SEC',
    'Seconds to wait for a payment page before giving up; a page lives 31 minutes and must end within the hold',
    1500,
  ),
  payingTimeoutSec: integer(
    'ORDER_PAYING_TIMEOUT_SEC',
    'Seconds to wait for money when the payment page’s own expiry is not known',
    2100,
  ),
  expiryTimeoutSec: integer(
    'ORDER_EXPIRY_TIMEOUT_SEC',
    'Seconds to wait for the answer to a request to close the payment page before asking again',
    30,
  ),
  commitTimeoutSec: integer('ORDER_COMMIT_TIMEOUT_SEC', 'Seconds to wait for the commit of paid stock before asking again', 15),
  sealPublicJwk: text('SEAL_PUBLIC_JWK', 'Public JWK of notification: one-time codes travel sealed for it'),
  lookupCodeSec: integer('ORDER_LOOKUP_CODE_SEC', 'Life of the code that leads a guest back to an order, in seconds', 600),
  lookupTokenSec: integer('ORDER_LOOKUP_TOKEN_SEC', 'Life of the token that such a code is exchanged for, in seconds', 900),
  shippedEndsDays: days(
    'ORDER_SHIPPED_ENDS_DAYS',
    'Days after which a shipped order that nobody reported as delivered counts as ended, so that a closed account is erased from it',
    30,
  ),
  graceSec: integer('ORDER_EXPIRY_GRACE_SEC', 'Seconds after the payment page’s own expiry until order asks for it', 120),
}
