// OpenTelemetry's SDK of a process. Services that share the process share its sampler and exporter, and keep a resource each.
import { type Context, context, trace } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { createTracer, resourceIn } from './open-telemetry.ts'
import type { Tracer } from './span.ts'
import { workContext } from './work-context.ts'

interface Sdk {
  /** The tracer of the service that the resource describes. */
  tracerOf(resource: Resource): Tracer
  stop(): Promise<void>
}

/** Gives each span the resource of the service that does the work: the SDK has one resource for the whole process. */
const withResources = (next: SpanProcessor): SpanProcessor => {
  const resources = new WeakMap<object, Resource | undefined>()
  return {
    onStart: (span, parent) => {
      resources.set(span, resourceIn(parent))
      next.onStart(span, parent)
    },
    onEnd: (span) => next.onEnd(Object.create(span, { resource: { value: resources.get(span) } })),
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  }
}

/** Samples new traces of services. A library's call outside of recorded work starts none. */
const ofServices = (sampler: Sampler): Sampler => {
  const never = new AlwaysOffSampler()
  const samplerIn = (parent: Context): Sampler => (resourceIn(parent) ? sampler : never)
  return {
    shouldSample: (parent, ...rest) => samplerIn(parent).shouldSample(parent, ...rest),
    toString: () => `services of ${sampler}`,
  }
}

/** Starts the SDK and registers it with OpenTelemetry's API, which libraries use. @param ratio of new traces that are recorded */
export const startSdk = (processor: SpanProcessor, ratio: number): Sdk => {
  const sdk = new NodeSDK({
    autoDetectResources: false,
    contextManager: workContext,
    // Requests, events and jobs carry the trace themselves.
    textMapPropagator: null,
    sampler: new ParentBasedSampler({ root: ofServices(new TraceIdRatioBasedSampler(ratio)) }),
    spanProcessors: [withResources(processor)],
    // Prometheus reads the metrics and Elasticsearch takes the log lines; without these lists the SDK would send both as well.
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return {
    tracerOf: (resource) => createTracer(trace.getTracer('cartwright'), resource),
    stop: async () => {
      trace.disable()
      context.disable()
      await sdk.shutdown()
    },
  }
}
