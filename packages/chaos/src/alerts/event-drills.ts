// Drills of the alerts about work between the services: infra/prometheus/rules/events.yml.
import { schemaOwners } from '@cartwright/contracts'
import { openJournal } from '../journal.ts'
import { placeOrderWithPage } from '../scenarios/steps.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { waitUntil } from '../wait.ts'
import { type Drill, type DrillShop, flagDrill, forEachValue } from './drill.ts'
import { forgetTransaction } from './forgotten-transaction.ts'

const discardDeadLetters = async (site: DrillShop): Promise<void> => {
  const { items } = JSON.parse(await site.ops(['dead-letters', 'list', '--json'])) as { items: { id: string }[] }
  await forEachValue(
    site,
    'dead-letters discard <id>',
    '<id>',
    items.map(({ id }) => id),
  )
}

/** An operator sends all of them again; a few show that the command does. */
const resentMails = 3

const resendFailedMails = async (site: DrillShop): Promise<void> => {
  await site.ops(['fault', 'failing-mails', 'off'])
  const mails = JSON.parse(await site.ops(['mails', 'failed', '--json'])) as { id: string }[]
  await forEachValue(
    site,
    'mails resend <id>',
    '<id>',
    mails.slice(0, resentMails).map(({ id }) => id),
  )
}

/** Makes a checkout overdue in a minute: its deadline comes in five seconds, and a transaction holds its row. */
const lockSaga = async ({ shop, sku }: DrillShop) => {
  const { orderId } = await placeOrderWithPage({ url: shop.url, journal: openJournal() }, 'customer-of-the-drill', sku)
  const saga = shop.table('order', 'saga_instance')
  await shop.query(`UPDATE ${saga} SET deadline_at = UTC_TIMESTAMP(6) + INTERVAL 5 SECOND WHERE id = ?`, [orderId])
  return forgetTransaction(shop, `SELECT id FROM ${saga} WHERE id = '${orderId}'`)
}

const waitingJobs = (shop: ShopUnderTest): string =>
  `SELECT id FROM ${shop.table('payment', 'work_item')} WHERE done_at IS NULL AND attempts > 0`

/** Lets jobs fail once, so that they wait for their next try, and locks them before it. */
const lockJobs = async ({ shop }: DrillShop) => {
  shop.stripeProxy.refuse()
  try {
    const areWaiting = await waitUntil(async () => (await shop.query(waitingJobs(shop))).length > 0, 60, 50)
    if (!areWaiting) throw new Error('no job of payment waits for its next try')
    return await forgetTransaction(shop, waitingJobs(shop))
  } finally {
    shop.stripeProxy.resume()
  }
}

/** Adds to the stock of a product outside its ledger. The load leaves this product alone. */
const addToStock = ({ shop, spareSku }: DrillShop, units: number) =>
  shop.query(`UPDATE ${shop.table('catalog', 'stock_level')} SET on_hand = on_hand + ? WHERE sku = ?`, [units, spareSku])

export const eventDrills: readonly Drill[] = [
  {
    alert: 'DeadLetters',
    service: 'notification',
    fault: 'an event that no consumer can read',
    commands: ['fault poison-event order.confirmed', 'dead-letters list', 'dead-letters discard <id>'],
    also: [],
    begin: async (site) => {
      await site.ops(['fault', 'poison-event', 'order.confirmed'])
      return () => discardDeadLetters(site)
    },
  },
  {
    alert: 'OutboxStuck',
    service: 'order',
    fault: 'Kafka is killed',
    commands: [],
    also: schemaOwners.map((name) => `OutboxStuck ${name}`),
    begin: async ({ shop: { engines } }) => {
      await engines.kafka.kill()
      return () => engines.kafka.restart()
    },
  },
  flagDrill({
    alert: 'ConsumerLag',
    service: 'cart',
    fault: 'cart waits a minute before each event',
    on: 'fault slow-events 60000 --service cart',
    off: 'fault slow-events 0 --service cart',
    also: [],
  }),
  {
    alert: 'SagaOverdue',
    service: 'order',
    fault: 'a forgotten transaction locks a checkout past its deadline',
    commands: [],
    also: [],
    begin: lockSaga,
  },
  {
    alert: 'JobsOverdue',
    service: 'payment',
    fault: 'a forgotten transaction locks jobs that are due',
    commands: [],
    also: [],
    begin: lockJobs,
  },
  {
    alert: 'JobsGivenUp',
    service: 'notification',
    fault: 'the mail server refuses every mail for good',
    commands: ['fault failing-mails refused', 'fault failing-mails off', 'mails failed', 'mails resend <id>'],
    also: ['MailsFailing notification'],
    clearsLate: true,
    begin: async (site) => {
      await site.ops(['fault', 'failing-mails', 'refused'])
      return () => resendFailedMails(site)
    },
  },
  {
    alert: 'InvariantViolation',
    service: 'catalog',
    fault: 'a stock level is changed by hand',
    commands: [],
    also: [],
    begin: async (site) => {
      await addToStock(site, 1)
      return () => addToStock(site, -1)
    },
  },
]
