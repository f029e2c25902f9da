// The trace, correlation and causation that belong to the work in progress; events and log lines take them from here.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

export interface Trace {
  /** W3C trace context: `00-<32 hex>-<16 hex>-01`. */
  traceparent: string
  /** Id shared by everything that one outside request caused. */
  correlationId: string
  /** Id of the event that caused this work, when an event did. */
  causationId?: string
}

const storage = new AsyncLocalStorage<Trace>()

/** 32 hexadecimal digits. A UUID, since Node draws those from a pool and bytes by a call of the system each. */
const randomHex = (): string => randomUUID().replaceAll('-', '')

/** An id of a span: 16 hexadecimal digits. */
export const newSpanId = (): string => randomHex().slice(16)

/** Starts a trace where none came in, for example in a job. */
export const newTrace = (correlationId?: string): Trace => {
  const traceId = randomHex()
  return { traceparent: `00-${traceId}-${newSpanId()}-01`, correlationId: correlationId ?? traceId }
}

/** Reads a W3C traceparent; null when it is malformed or all zero. */
export const parseTraceparent = (value: string | undefined): { traceId: string; spanId: string } | null => {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value ?? '')
  if (!match?.[1] || !match[2] || /^0+$/.test(match[1]) || /^0+$/.test(match[2])) return null
  return { traceId: match[1], spanId: match[2] }
}

/** Runs `work` inside a trace; everything it awaits sees the same one. */
export const runInTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work)

/** The trace of the work in progress; a new one when there is none. */
export const currentTrace = (): Trace => storage.getStore() ?? newTrace()

/** The trace of the work in progress, or undefined. */
export const findTrace = (): Trace | undefined => storage.getStore()

export const traceIdOf = (trace: Trace): string => trace.traceparent.slice(3, 35)
