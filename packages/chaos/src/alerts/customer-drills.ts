// Drills of the alerts about what customers notice: infra/prometheus/rules/customers.yml.

import { deadlineIn, pause } from '../wait.ts'
import { type Drill, type DrillShop, flagDrill } from './drill.ts'

/** Sets a block of writes on the search indices of this shop; null lifts it. */
const blockIndexWrites = async ({ shop }: DrillShop, value: true | null): Promise<void> => {
  const { url } = shop.engines.elasticsearch
  const [prefix = ''] = shop.table('catalog', '').split('catalog.')
  const answer = await fetch(`${url.replace(/\/$/, '')}/${prefix}*/_settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'index.blocks.write': value }),
  })
  if (!answer.ok) throw new Error(`Elasticsearch refuses the setting: ${await answer.text()}`)
}

const forgedWebhook = (url: string) =>
  fetch(`${url}/v1/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=00' },
    body: '{}',
  })

/** The same expectation as in the rule. */
const expectedOrders = 'sum(rate(cartwright_orders_placed_total[1h] offset 75s)) * 75'
const ordersNeeded = 13
const longestPreparationSec = 900

const waitForOrdersOfTheHour = async ({ evaluate }: DrillShop): Promise<void> => {
  for (const until = deadlineIn(longestPreparationSec); performance.now() < until; await pause(5000))
    if (((await evaluate(expectedOrders)) ?? 0) > ordersNeeded) return
  throw new Error('the load has not placed enough orders for NoOrders')
}

export const customerDrills: readonly Drill[] = [
  flagDrill({
    alert: 'PaymentFailures',
    service: 'payment',
    fault: 'Stripe declines 80 of 100 payments',
    on: 'fault payment-failures 80',
    off: 'fault payment-failures 0',
    also: [],
  }),
  flagDrill({
    alert: 'HighErrorRate',
    service: 'catalog',
    fault: 'catalog answers half of its requests with an error',
    on: 'fault failing-requests 50 --service catalog',
    off: 'fault failing-requests 0 --service catalog',
    also: ['HighErrorRate gateway', 'HighErrorRate order', 'HighErrorRate cart'],
  }),
  flagDrill({
    alert: 'HighLatency',
    service: 'cart',
    fault: 'each transaction of cart takes 1.5 s longer',
    on: 'fault slow-database 1500 --service cart',
    off: 'fault slow-database 0 --service cart',
    also: ['HighLatency gateway'],
  }),
  flagDrill({
    alert: 'MailsFailing',
    service: 'notification',
    fault: 'the mail server refuses connections',
    on: 'fault failing-mails on',
    off: 'fault failing-mails off',
    also: [],
  }),
  {
    alert: 'SearchIndexBehind',
    service: 'catalog',
    fault: 'the search index refuses writes',
    commands: [],
    also: [],
    begin: async (site) => {
      await blockIndexWrites(site, true)
      await site.addProduct()
      return () => blockIndexWrites(site, null)
    },
  },
  {
    alert: 'NoOrders',
    service: 'order',
    fault: 'no customer reaches the gateway',
    commands: [],
    also: [],
    prepare: waitForOrdersOfTheHour,
    begin: async ({ load }) => {
      load.pause()
      return load.resume
    },
  },
  {
    alert: 'WebhooksRefused',
    service: 'payment',
    fault: 'webhooks with a wrong signature, every 3 s',
    commands: [],
    also: [],
    clearsLate: true,
    begin: async ({ shop }) => {
      const timer = setInterval(() => void forgedWebhook(shop.url).catch(() => undefined), 3000)
      return () => clearInterval(timer)
    },
  },
]
