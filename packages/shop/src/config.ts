// Environment variables of a whole shop. Each service's own variables stand in its `config.ts`.
import { type ConfigOf, days, developmentOnly, flag, integer, secret, text, textList } from '@cartwright/service-kit'

export const shopSpec = {
  dataDir: text('SHOP_DATA_DIR', 'Where the shop keeps its data; `.data` beside the README when left out', null),
  databaseUrl: secret(
    text(
      'DATABASE_URL',
      'Root address of a MySQL or MariaDB server, `mysql://user:password@host:port/`; one is started when left out',
      null,
    ),
  ),
  databaseEngine: text('DATABASE_ENGINE', 'Which server to start: mariadb or mysql', 'mariadb'),
  schemaPrefix: text('SHOP_SCHEMA_PREFIX', 'Each service’s schema is this and its name', 'cartwright_'),
  orderUrl: text('SHOP_ORDER_URL', 'Address of an order’s page in mails; see notification', null),
  seedOrders: flag(
    'SHOP_SEED_ORDERS',
    'Place the orders of the last four weeks when a development shop starts on a new database; never in production',
    true,
  ),
  gatewayPort: integer('GATEWAY_PORT', 'Port of the gateway; the next free one when taken', 8080),
  mailboxPort: integer('MAILBOX_PORT', 'Port of the development mailbox; the next free one when taken', 8025),
  sandboxPort: integer('STRIPE_SANDBOX_PORT', 'Port of the Stripe sandbox; the next free one when taken', 12111),
  sandboxLatencyMs: integer('STRIPE_SANDBOX_LATENCY_MS', 'Milliseconds that the sandbox waits before each answer', 0),
  stripeMockUrl: developmentOnly(
    text(
      'STRIPE_MOCK_URL',
      'A running stripe-mock, which then checks every request to the sandbox against Stripe’s specification',
      null,
    ),
  ),
  toolHosts: textList(
    'DEVELOPMENT_TOOL_HOSTS',
    'Host names beside loopback’s under which the mailbox and the Stripe sandbox answer, comma-separated',
    [],
  ),
  smtpUrl: secret(
    text('SMTP_URL', 'Where mails go, `smtp://user:password@host:port`; the development mailbox when left out', null),
  ),
  stripeKey: secret(text('STRIPE_SECRET_KEY', 'Your Stripe key: uses Stripe itself, and the sandbox is not started', null)),
  webhookSecrets: secret(
    text('STRIPE_WEBHOOK_SECRETS', 'Signing secrets of your Stripe webhook endpoint, comma-separated', null),
  ),
  kafkaBrokers: text('KAFKA_BROKERS', 'Brokers of a running Kafka; distributed mode starts one when left out', null),
  redisUrl: text('REDIS_URL', 'A running Redis; distributed mode starts one when left out', null),
  elasticsearchUrl: text('ELASTICSEARCH_URL', 'A running Elasticsearch; distributed mode starts one when left out', null),
  logMaxMegabytes: integer('LOG_MAX_MEGABYTES', 'Size in megabytes at which a log file is rotated', 100),
  logKeptFiles: integer('LOG_KEPT_FILES', 'Rotated files that are kept of each log; 1 at least', 5),
  logElasticsearchUrl: secret(
    text(
      'LOG_ELASTICSEARCH_URL',
      'Elasticsearch that log lines are shipped to, `https://user:password@host:port`; none when left out',
      null,
    ),
  ),
  logRetentionDays: days('LOG_RETENTION_DAYS', 'Days for which Elasticsearch keeps log lines', 30),
}
export type ShopConfig = ConfigOf<typeof shopSpec>
