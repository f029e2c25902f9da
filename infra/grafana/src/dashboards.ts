// Every dashboard as the file that Grafana reads.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { business } from './business.ts'
import { messaging } from './messaging.ts'
import { oneOrder } from './one-order.ts'
import { servicesBoard } from './services.ts'

export const dashboards: Readonly<Record<string, Dashboard>> = {
  'business.json': business,
  'services.json': servicesBoard,
  'messaging.json': messaging,
  'one-order.json': oneOrder,
}

/** Content of a dashboard's file. */
export const fileOf = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, null, 2)}\n`
