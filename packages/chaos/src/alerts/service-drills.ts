// Drills of the alerts about the services themselves: infra/prometheus/rules/services.yml.
import { type Drill, flagDrill } from './drill.ts'

export const serviceDrills: readonly Drill[] = [
  {
    alert: 'ServiceDown',
    service: 'notification',
    fault: 'the process of notification freezes',
    commands: [],
    also: [],
    begin: async ({ shop: { fleet } }) => {
      const [replica] = fleet.of('notification')
      if (replica === undefined) throw new Error('notification does not run')
      replica.freeze()
      return replica.kill
    },
  },
  flagDrill({
    alert: 'DatabasePoolExhausted',
    service: 'order',
    fault: 'each transaction of order takes 5 s longer',
    on: 'fault slow-database 5000 --service order',
    off: 'fault slow-database 0 --service order',
    also: ['HighLatency order', 'HighLatency gateway', 'HighErrorRate gateway', 'ConsumerLag order'],
  }),
  {
    alert: 'CircuitOpen',
    service: 'catalog',
    fault: 'Elasticsearch refuses connections',
    commands: [],
    also: ['SearchIndexBehind catalog'],
    begin: async ({ shop: { engines } }) => {
      engines.elasticsearchProxy.refuse()
      return engines.elasticsearchProxy.resume
    },
  },
]
