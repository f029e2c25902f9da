// Every environment variable of cart.
import { redeliveryDays } from '@cartwright/messaging'
import { days, integer, secret, text } from '@cartwright/service-kit'

export const config = {
  port: integer('CART_PORT', 'Port; 0 takes a free one', 0),
  metricsPort: integer('CART_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  databaseUrl: secret(text('CART_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('CART_POOL_SIZE', 'Database connections at most', 10),
  cacheTtlSec: integer(
    'CART_CACHE_TTL_SEC',
    'Seconds that Redis keeps a cart, a price or a stock level: the longest that a missed overwrite can show',
    30,
  ),
  closedCartDays: days(
    'CART_CLOSED_DAYS',
    'Days for which closed carts, and what is known of their orders and merges, are kept; 8 at least',
    30,
    redeliveryDays,
  ),
}
