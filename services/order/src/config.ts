// Every environment variable of order.
import { days, integer, portsOf, secret, taxProviderSpec, text, textList } from '@cartwright/service-kit'
import { knownCarriers } from './domain/tracking-urls.ts'

export const config = {
  ...portsOf('order'),
  databaseUrl: secret(text('ORDER_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('ORDER_POOL_SIZE', 'Database connections at most', 10),
  ...taxProviderSpec,
  checkoutsAtOnce: integer(
    'ORDER_CHECKOUTS_AT_ONCE',
    'Checkouts that run at the same time; others wait in the admission queue for at most 45 seconds',
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
    'Minimum totals in minor units for currencies without a published Stripe minimum, such as `TWD:1600,KWD:150`; the equivalent of 0.50 USD',
    [],
  ),
  returnTicketSec: integer(
    'ORDER_RETURN_TICKET_SEC',
    'Seconds for which the return page may read the payment without signing in',
    7200,
  ),
  holdSec: integer('ORDER_HOLD_SEC', 'Seconds for which stock is held after an order is placed', 3600),
  reserveTimeoutSec: integer(
    'ORDER_RESERVE_TIMEOUT_SEC',
    'Seconds to wait for stock before the request is repeated; after three repeats the order is cancelled',
    30,
  ),
  sessionTimeoutSec: integer(
    'ORDER_SESSION_TIMEOUT_SEC',
    'Seconds to wait for a payment page before giving up; a page lives 31 minutes and must end within the hold',
    1500,
  ),
  payingTimeoutSec: integer(
    'ORDER_PAYING_TIMEOUT_SEC',
    'Seconds to wait for the payment when the expiry of the payment page is not known',
    2100,
  ),
  expiryTimeoutSec: integer(
    'ORDER_EXPIRY_TIMEOUT_SEC',
    'Seconds to wait for payment to close the payment page before the request is repeated',
    30,
  ),
  commitTimeoutSec: integer(
    'ORDER_COMMIT_TIMEOUT_SEC',
    'Seconds to wait for catalog to commit paid stock before the request is repeated',
    15,
  ),
  sealPublicJwk: text('SEAL_PUBLIC_JWK', 'Public JWK of notification; one-time codes are encrypted for it'),
  lookupCodeSec: integer(
    'ORDER_LOOKUP_CODE_SEC',
    'Lifetime of the code of a guest order lookup or a withdrawal, in seconds',
    600,
  ),
  lookupTokenSec: integer('ORDER_LOOKUP_TOKEN_SEC', 'Lifetime of the token that the code is exchanged for, in seconds', 900),
  shippedEndsDays: days(
    'ORDER_SHIPPED_ENDS_DAYS',
    'Days after which a shipped order without a delivery report counts as finished and is erased with its closed account',
    30,
  ),
  trackingUrls: textList(
    'ORDER_TRACKING_URLS',
    `Addresses of parcels at carriers, comma-separated, such as \`Post=https://post.example/track?id={NUMBER}\`; they add to those of ${knownCarriers.join(', ')}, or replace them. Upper case and blanks in a carrier’s name do not matter; a comma in an address is \`%2C\``,
    [],
  ),
  returnDays: days('ORDER_RETURN_DAYS', 'Days after the delivery in which a customer may ask for a return', 30),
  withdrawalDays: days(
    'ORDER_WITHDRAWAL_DAYS',
    'Days after the delivery in which a customer may withdraw from the contract; the European Union wants 14 at least',
    14,
  ),
  invoiceSellerName: text('INVOICE_SELLER_NAME', 'Name of the seller on invoices; `SHOP_NAME` when left out', null),
  invoiceSellerAddress: textList('INVOICE_SELLER_ADDRESS', 'Lines of the seller’s address on invoices, comma-separated', []),
  invoiceSellerTaxId: text('INVOICE_SELLER_TAX_ID', 'Tax number or VAT id of the seller on invoices', ''),
  invoiceSellerEmail: text('INVOICE_SELLER_EMAIL', 'Address for questions about an invoice', ''),
  invoicePrefix: text(
    'INVOICE_NUMBER_PREFIX',
    'Begin of invoice numbers, such as `DE-`; one for each seller, since numbers follow each other per prefix and year',
    '',
  ),
  graceSec: integer(
    'ORDER_EXPIRY_GRACE_SEC',
    'Seconds that order waits after the expiry of the payment page before it requests the expiry itself',
    120,
  ),
}
