// Fault flags: faults that an operator injects into a development shop while it runs, to exercise alerts and runbooks.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import type { Transport, WireRecord } from '@cartwright/messaging'
import { type Logger, newTrace } from '@cartwright/telemetry'
import type { FastifyInstance } from 'fastify'

interface FaultValues {
  /** Milliseconds that each event waits before its handler. */
  'slow-events': number
  /** Milliseconds that each transaction holds its connection before its first statement. */
  'slow-database': number
  /** Percentage of requests that are answered with an error. */
  'failing-requests': number
}

/** Faults of one service. Only a service with FAULT_FLAGS has them. */
export interface FaultFlags {
  /** The transport, whose deliveries are delayed. */
  transport: Transport
  delayTransactions(db: Database): Database
  failRequests(app: FastifyInstance): void
  /** Answers `POST /faults/<name>/<value>`. @returns false when the request is about something else */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

/** A valid record whose data match no contract, so that every consumer of the event dead-letters it. */
const poisonOf = (type: string): WireRecord => {
  const id = randomBytes(8).toString('hex')
  return {
    topic: `${type.split('.')[0]}.events`,
    key: `fault_${id}`,
    value: '{"fault":true}',
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: `evt_fault${id}`,
      ce_type: type,
      ce_source: '/faults',
      ce_subject: `fault_${id}`,
      ce_time: new Date().toISOString(),
      ce_sequence: '1',
      ce_correlationid: 'fault',
      traceparent: newTrace().traceparent,
    },
  }
}

const delayDeliveries = (transport: Transport, values: FaultValues): Transport => ({
  ...transport,
  subscribe: (subscription) =>
    transport.subscribe({
      ...subscription,
      deliver: async (record, signal) => {
        if (values['slow-events'] > 0) await delay(values['slow-events'], undefined, { signal })
        await subscription.deliver(record, signal)
      },
    }),
})

const delayTransactions = (db: Database, values: FaultValues): Database => {
  const tx: Database['tx'] = (work, limits) =>
    db.tx(async (open) => {
      if (values['slow-database'] > 0) await delay(values['slow-database'])
      return work(open)
    }, limits)
  // Copies descriptors, since `dbNow` is a getter.
  return Object.defineProperties({ ...db }, { ...Object.getOwnPropertyDescriptors(db), tx: { value: tx } })
}

const isValueName = (name: string, values: FaultValues): name is keyof FaultValues => Object.hasOwn(values, name)

/** Creates the faults of one service, all of them off. */
export const createFaultFlags = (transport: Transport, log: Logger): FaultFlags => {
  const values: FaultValues = { 'slow-events': 0, 'slow-database': 0, 'failing-requests': 0 }
  // Adds up the percentage, so that exactly that share of the requests fails.
  let due = 0
  const set = async (name: string, value: string): Promise<boolean> => {
    if (name === 'poison-event') await transport.send([poisonOf(value)], () => undefined)
    else if (isValueName(name, values) && /^\d{1,6}$/.test(value)) values[name] = Number(value)
    else return false
    log.warn({ fault: name, value }, 'fault flags: an operator has set a fault; set it to 0 to end it')
    return true
  }
  return {
    transport: delayDeliveries(transport, values),
    delayTransactions: (db) => delayTransactions(db, values),
    failRequests: (app) => {
      app.addHook('onRequest', async ({ url }) => {
        if (values['failing-requests'] === 0 || url === '/livez' || url === '/readyz') return
        due += values['failing-requests']
        if (due < 100) return
        due -= 100
        throw new Error('fault flags: this request fails on purpose; set failing-requests to 0 to end it')
      })
    },
    handle: ({ method, url = '' }, response) => {
      const [, name, value] = /^\/faults\/([a-z-]+)\/([\w.-]+)$/.exec(url) ?? []
      if (method !== 'POST' || name === undefined || value === undefined) return false
      set(name, value).then(
        (isKnown) => response.writeHead(isKnown ? 204 : 404).end(),
        () => response.writeHead(503).end(),
      )
      return true
    },
  }
}
