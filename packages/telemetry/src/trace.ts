// Trace context of the work in progress: trace, correlation and causation ids, which events and log lines carry.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Span } from './span.ts'

/** Key of the span that records the work. A symbol: it stays in the process when a trace is stored as JSON. */
export const recordedBy = Symbol('recorded by')

/** Values by name; null when the work concerns several. */
type Labels = Record<string, string | null>

export interface Trace {
  /** W3C trace context: `00-<32 hex>-<16 hex>-<01 when the trace is sampled, else 00>`. */
  traceparent: string
  /** Id shared by everything that one outside request caused. */
  correlationId: string
  /** Id of the event that caused this work, when an event did. */
  causationId?: string
  /** Labels of the log lines of this work and of all that it causes; shared by the traces that derive from it. */
  labels?: Labels
  [recordedBy]?: Span
}

const storage = new AsyncLocalStorage<Trace | undefined>()

/** 32 hexadecimal digits, from a UUID: Node draws UUIDs from a pool, while random bytes cost a system call each. */
const randomHex = (): string => randomUUID().replaceAll('-', '')

/** Starts a trace that is not sampled, where none came in. */
export const newTrace = (correlationId?: string): Trace => {
  const traceId = randomHex()
  return { traceparent: `00-${traceId}-${randomHex().slice(16)}-00`, correlationId: correlationId ?? traceId, labels: {} }
}

/** Reads a W3C traceparent; null when it is malformed or all zero. */
export const parseTraceparent = (value: string | undefined): { traceId: string; spanId: string; isSampled: boolean } | null => {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(value ?? '')
  if (!match?.[1] || !match[2] || !match[3] || /^0+$/.test(match[1]) || /^0+$/.test(match[2])) return null
  return { traceId: match[1], spanId: match[2], isSampled: (Number.parseInt(match[3], 16) & 1) === 1 }
}

/** Runs `work` inside a trace; everything it awaits sees the same one. */
export const runInTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work)

/** Runs `work` outside any trace: for workers that a signal wakes in the trace of some other work. */
export const runOutsideTrace = <T>(work: () => T): T => storage.run(undefined, work)

/** The trace of the work in progress; a new one when there is none. */
export const currentTrace = (): Trace => storage.getStore() ?? newTrace()

/** The trace of the work in progress, or undefined. */
export const findTrace = (): Trace | undefined => storage.getStore()

/** Labels the log lines of a trace's work, from now on. A name that gets two values labels no line. */
export const labelTrace = (trace: Trace, labels: Readonly<Record<string, string>>): void => {
  trace.labels ??= {}
  for (const [name, value] of Object.entries(labels)) {
    const before = trace.labels[name]
    trace.labels[name] = before === undefined || before === value ? value : null
  }
}

/** Labels the log lines of the work in progress, from now on. */
export const labelWork = (labels: Readonly<Record<string, string>>): void => {
  const trace = storage.getStore()
  if (trace) labelTrace(trace, labels)
}

/** The trace id inside the traceparent. */
export const traceIdOf = (trace: Trace): string => trace.traceparent.slice(3, 35)
