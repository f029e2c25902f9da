// Environment variables of cart: default, unit, one-line description.
import { redeliveryDays } from '@cartwright/messaging'
import { days, integer, portsOf, secret, taxProviderSpec, text } from '@cartwright/service-kit'

export const config = {
  ...portsOf('cart'),
  databaseUrl: secret(text('CART_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('CART_POOL_SIZE', 'Largest number of database connections', 10),
  ...taxProviderSpec,
  cacheTtlSec: integer(
    'CART_CACHE_TTL_SEC',
    'Seconds until a cart, a price or a stock level expires in Redis; a missed overwrite is visible at most that long',
    30,
  ),
  closedCartDays: days(
    'CART_CLOSED_DAYS',
    'Days until closed carts and the records of their orders and merges are deleted; at least 8',
    30,
    redeliveryDays,
  ),
}
