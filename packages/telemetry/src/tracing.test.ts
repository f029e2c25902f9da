// Spans: what is recorded, how a trace continues, and that nothing is recorded without a tracer or a sampled trace.
import { setTimeout as delay } from 'node:timers/promises'
import { trace as api } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { startSdk } from './sdk.ts'
import { openTracing } from './start-tracing.ts'
import { currentTrace, newTrace, runInTrace, traceIdOf } from './trace.ts'
import { describeSpan, inSpan, openRootSpan, openSpan, runInSpan } from './tracing.ts'

let opened = new AsyncDisposableStack()
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

/** Starts the SDK of the process; one at a time. */
const recording = (ratio = 1) => {
  const exporter = new InMemorySpanExporter()
  const sdk = startSdk(new SimpleSpanProcessor(exporter), ratio)
  opened.defer(() => sdk.stop())
  const tracerOf = (service: string) => sdk.tracerOf(resourceFromAttributes({ 'service.name': service }))
  return { tracer: tracerOf('order'), tracerOf, spans: () => exporter.getFinishedSpans() }
}

const stored = (flags: '00' | '01') => ({
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`,
  correlationId: 'request-1',
})

test('a stored trace continues in spans whose parents are linked, and keeps its correlation', async () => {
  const { tracer, spans } = recording()
  const trace = { ...stored('01'), causationId: 'evt_1' }
  const inside = await runInSpan(openSpan(tracer, trace, { name: 'outer', kind: 'consumer' }), () =>
    inSpan({ name: 'inner' }, async () => {
      describeSpan({ found: 2 })
      return currentTrace()
    }),
  )
  const [inner, outer] = spans()
  expect(outer).toMatchObject({ name: 'outer', parentSpanContext: { spanId: 'b'.repeat(16), isRemote: true } })
  expect(inner).toMatchObject({
    name: 'inner',
    attributes: { found: 2 },
    parentSpanContext: { spanId: outer?.spanContext().spanId },
  })
  expect(inside).toMatchObject({ correlationId: 'request-1', causationId: 'evt_1' })
  expect(inside.traceparent).toBe(`00-${'a'.repeat(32)}-${inner?.spanContext().spanId}-01`)
  expect(JSON.parse(JSON.stringify(inside))).toEqual({ ...trace, traceparent: inside.traceparent })
})

test('a trace that is not sampled passes unchanged and records nothing', async () => {
  const { tracer, spans } = recording()
  const trace = openSpan(tracer, stored('00'), { name: 'outer' })
  expect(trace).toEqual(stored('00'))
  await runInSpan(trace, () => inSpan({ name: 'inner' }, async () => undefined))
  expect(spans()).toEqual([])
})

test('without a tracer work runs in the trace as it came, and a new trace is not sampled', async () => {
  const seen = await runInSpan(openSpan(null, stored('01'), { name: 'outer' }), async () => currentTrace())
  expect(seen).toEqual(stored('01'))
  expect(openRootSpan(null, { name: 'root' }, 'request-2')).toMatchObject({
    traceparent: expect.stringMatching(/-00$/),
    correlationId: 'request-2',
  })
})

test('a ratio of 1 records every new trace, and the decision stands in the traceparent', () => {
  expect(openRootSpan(recording(1).tracer, { name: 'root' }).traceparent).toMatch(/-01$/)
})

test('a ratio of 0 records no new trace, and those that a caller has sampled', async () => {
  const { tracer, spans } = recording(0)
  expect(openRootSpan(tracer, { name: 'root' }).traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/)
  await runInSpan(openSpan(tracer, stored('01'), { name: 'outer' }), async () => undefined)
  expect(spans()).toHaveLength(1)
})

test('an error ends the span with its type and without its message, which may quote personal data', async () => {
  const { tracer, spans } = recording()
  const fail = async () => {
    throw new TypeError('alice@example.com is taken')
  }
  await expect(runInSpan(openRootSpan(tracer, { name: 'root' }), fail)).rejects.toThrow(TypeError)
  expect(spans()[0]).toMatchObject({ attributes: { 'error.type': 'TypeError' }, status: { code: 2 }, events: [] })
  expect(JSON.stringify(spans()[0]?.status)).not.toContain('alice')
})

test('a root that waits for children is recorded only when it has some', async () => {
  const { tracer, spans } = recording()
  const root = () => openRootSpan(tracer, { name: 'schedule', onlyWithChildren: true })
  await runInSpan(root(), async () => undefined)
  expect(spans()).toEqual([])
  await runInSpan(root(), () => inSpan({ name: 'transaction' }, async () => undefined))
  expect(spans().map(({ name }) => name)).toEqual(['transaction', 'schedule'])
})

test('a span of a library joins the recorded work, and outside of it nothing is recorded', async () => {
  const { tracer, spans } = recording()
  const library = api.getTracer('library')
  library.startActiveSpan('alone', (span) => span.end())
  const root = openRootSpan(tracer, { name: 'root' })
  await runInSpan(root, async () =>
    library.startActiveSpan('call', async (span) => {
      await inSpan({ name: 'inside' }, async () => undefined)
      span.end()
    }),
  )
  const byName = Object.fromEntries(spans().map((span) => [span.name, span]))
  expect(Object.keys(byName).sort()).toEqual(['call', 'inside', 'root'])
  expect(byName.call?.parentSpanContext?.spanId).toBe(byName.root?.spanContext().spanId)
  expect(byName.inside?.parentSpanContext?.spanId).toBe(byName.call?.spanContext().spanId)
  expect(byName.call?.spanContext().traceId).toBe(traceIdOf(root))
})

test('services of one process name themselves in their spans, those of libraries included', async () => {
  const { tracerOf, spans } = recording()
  const callLibrary = async () => api.getTracer('library').startActiveSpan('call', (span) => span.end())
  for (const service of ['order', 'payment']) {
    await runInSpan(openRootSpan(tracerOf(service), { name: 'request' }), () => inSpan({ name: 'inside' }, callLibrary))
    const named = spans().map(({ name, resource }) => `${resource.attributes['service.name']}: ${name}`)
    expect(named.slice(-3)).toEqual([`${service}: call`, `${service}: inside`, `${service}: request`])
  }
})

test('stopping ends within a bound while the collector is away', { timeout: 20_000 }, async () => {
  const tracing = openTracing('http://127.0.0.1:1', 1)
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const tracer = tracing.tracerOf({ name: 'order', instance: 'order-1', environment: 'test' }, log)
  await runInTrace(newTrace(), () => runInSpan(openRootSpan(tracer, { name: 'root' }), async () => undefined))
  expect(await Promise.race([tracing.stop().then(() => 'stopped'), delay(10_000, 'late')])).toBe('stopped')
})
