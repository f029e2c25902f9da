// Says where everything is: a table for people and `running.json` for programs.
import type { House } from './house.ts'
import { table } from './progress.ts'
import type { ServicePlace } from './service-processes.ts'

export interface Places {
  mode: 'embedded' | 'distributed'
  services: Readonly<Record<string, ServicePlace>>
  kafka?: string
  redis?: string
  elasticsearch?: string
}

/** The address without the account that it names. */
const withoutAccount = (address: string): string => {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}

const engineRows = (house: House, places: Places): [string, string][] => {
  const { engine, url } = house.database
  const absent = (fallback: string) => `not started: ${fallback}`
  return [
    ['Database', engine ? `${engine.kind} ${engine.version} at port ${engine.port}` : withoutAccount(url)],
    ['Events', places.kafka ? `Kafka at ${places.kafka}` : 'in memory, from the outbox in the database'],
    ['Cache', places.redis ? withoutAccount(places.redis) : absent('reads go to the database, limits count in this process')],
    ['Search', places.elasticsearch ? withoutAccount(places.elasticsearch) : absent('the database searches, without facets')],
  ]
}

const people = table([
  ['Admin', 'admin@example.com / cartwright-demo'],
  ['Customers', 'alice@example.com, bob@example.com / cartwright-demo'],
])

/** What to print when the shop is ready. */
export const welcome = (house: House, places: Places): string => {
  const { mailbox, sandbox } = house.standIns
  return [
    '',
    `Cartwright is ready (${places.mode}).`,
    '',
    table([
      ['Shop API', house.publicUrl],
      ['API reference', `${house.publicUrl}/docs`],
      ['Mailbox', mailbox?.url ?? 'mails go to SMTP_URL'],
      ['Stripe sandbox', sandbox ? `${sandbox.url} (card 4242 4242 4242 4242 pays)` : 'Stripe itself'],
      ...engineRows(house, places),
      ['Logs', house.data.path('logs')],
    ]),
    '',
    ...(house.isProduction ? [] : [people, '']),
    'Ctrl-C stops everything; the data stays.',
  ].join('\n')
}

/** The content of `running.json`; what is absent has no member, and no address holds a password. */
export const runningFile = (house: House, places: Places): object => {
  const { mailbox, sandbox } = house.standIns
  return {
    mode: places.mode,
    pid: process.pid,
    gateway: house.publicUrl,
    ...(mailbox ? { mailbox: mailbox.url, smtp: mailbox.smtpUrl } : {}),
    ...(sandbox ? { stripeSandbox: sandbox.url } : {}),
    ...(places.kafka ? { kafka: places.kafka } : {}),
    mysql: withoutAccount(house.database.url),
    ...(places.redis ? { redis: withoutAccount(places.redis) } : {}),
    ...(places.elasticsearch ? { elasticsearch: withoutAccount(places.elasticsearch) } : {}),
    services: places.services,
  }
}
