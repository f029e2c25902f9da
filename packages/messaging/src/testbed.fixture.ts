// Testbed: a schema with the tables of messaging and one table of effects, events of its own, and a transport that a test can hold up.

import { randomUUID } from 'node:crypto'
import { type DataOf, publisher } from '@cartwright/contracts'
import { type Database, migrate, openDatabase, type Tx } from '@cartwright/db'
import type { Log } from '@cartwright/telemetry'
import { testSchema } from '@cartwright/testing'
import { Type } from 'typebox'
import { messagingMigrations } from './index.ts'
import { publish } from './outbox/publish.ts'
import type { WireRecord } from './transport/cloud-event.ts'
import type { Transport } from './transport/transport.ts'

/** Events of a counter. `topic` differs per test on a shared broker. */
export const counterEvents = (topic = 'order.events') => {
  const declare = publisher('order', topic)
  const identity = { aggregate: 'counter', key: 'counterId' } as const
  const data = Type.Object({ counterId: Type.String(), n: Type.Integer({ minimum: 0 }) })
  return { counted: declare('test.counted', 1, identity, data), reset: declare('test.reset', 1, identity, data) }
}
export type Counted = DataOf<ReturnType<typeof counterEvents>['counted']>

/** Log lines by level, for assertions on what an operator would see. */
export const listeningLog = (): Log & { lines: { level: string; message: string }[] } => {
  const lines: { level: string; message: string }[] = []
  const write = (level: string) => (_: object, message: string) => void lines.push({ level, message })
  return { lines, info: write('info'), warn: write('warn'), error: write('error') }
}

export interface Testbed extends AsyncDisposable {
  db: Database
  url: string
  log: ReturnType<typeof listeningLog>
  /** Milliseconds that the service's clock is ahead. */
  advance(milliseconds: number): void
  /** Publishes `test.counted` in a transaction of its own. */
  count(counterId: string, n: number): Promise<void>
  /** What was written by `effect`, in order. */
  effects(counterId: string): Promise<number[]>
  effect(tx: Tx, data: Counted): Promise<void>
}

/** Opens a fresh schema. */
export const testbed = async (events = counterEvents()): Promise<Testbed> => {
  const schema = testSchema('messaging')
  await migrate(schema.url, [messagingMigrations])
  let offsetMs = 0
  const db = await openDatabase({ url: schema.url, clockOffsetMs: () => offsetMs })
  await db.run`CREATE TABLE effect (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, counter VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, n INT NOT NULL)`
  return {
    db,
    url: schema.url,
    log: listeningLog(),
    advance: (milliseconds) => {
      offsetMs += milliseconds
    },
    count: (counterId, n) => db.tx((tx) => publish(tx, events.counted, { counterId, n })),
    effects: async (counterId) =>
      (await db.rows<{ n: number }>`SELECT n FROM effect WHERE counter = ${counterId} ORDER BY id`).map(({ n }) => n),
    effect: async (tx, { counterId, n }) => void (await tx.run`INSERT INTO effect (counter, n) VALUES (${counterId}, ${n})`),
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await schema.drop()
    },
  }
}

/** A record as if another service had published it. */
export const countedRecord = (counterId: string, n: number, change: Partial<WireRecord> = {}): WireRecord => ({
  topic: 'order.events',
  key: counterId,
  value: JSON.stringify({ counterId, n }),
  headers: {
    ce_id: `evt_${randomUUID()}`,
    ce_type: 'test.counted',
    ce_time: new Date().toISOString(),
    ce_sequence: String(n),
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    ce_correlationid: 'corr',
  },
  ...change,
})

/** A transport of Kafka's kind that accepts every record, or fails every send while `away` is set. */
export const acceptingTransport = (): Transport & { sent: WireRecord[]; away: boolean } => {
  const transport: Transport & { sent: WireRecord[]; away: boolean } = {
    kind: 'kafka',
    sent: [],
    away: false,
    ensureTopics: async () => undefined,
    send: async (records, settled) => {
      if (transport.away) throw new Error('the broker is away')
      transport.sent.push(...records)
      for (const record of records) settled(record)
    },
    subscribe: async () => ({ stop: async () => undefined }),
    readLag: async () => new Map(),
    busy: () => false,
    close: async () => undefined,
  }
  return transport
}
