// Starts tracing in a process: the SDK with an OTLP exporter and a batch processor, shared by the services of the process.
import { waitAtMost } from '@cartwright/concurrency'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Log } from './logger.ts'
import { startSdk } from './sdk.ts'
import type { Tracer } from './span.ts'

interface TracedService {
  name: string
  /** Names the process of the service. */
  instance: string
  environment: string
}

/** Tracing of a process. */
export interface Tracing {
  /** The tracer of one service. @param log gets a warning when the collector cannot be reached */
  tracerOf(service: TracedService, log: Log): Tracer
  /** Sends what is recorded. Gives up after two seconds. */
  stop(): Promise<void>
}

const stopMs = 2000
/** A trace can be looked up soon after it has ended. */
const batchDelayMs = 1000
/** How long a batch is tried, retries included; a collector that is away must not fill the memory. */
const sendTimeoutMs = 3000

/** Tells once that the collector does not take spans, and once that it takes them again. */
const reporting = (exporter: SpanExporter, log: () => Log | undefined): SpanExporter => {
  let isFailing = false
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined
        if (failed && !isFailing)
          log()?.warn(
            { err: result.error },
            'tracing: the collector takes no spans, they are dropped until it answers; look at OTEL_EXPORTER_OTLP_ENDPOINT',
          )
        if (!failed && isFailing) log()?.info({}, 'tracing: the collector takes spans again')
        isFailing = failed
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

/** @param ratio of new traces that are recorded, from 0 to 1 @param endpoint of OTLP over HTTP, without `/v1/traces` */
export const openTracing = (endpoint: string, ratio: number): Tracing => {
  const logs: Log[] = []
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: sendTimeoutMs })
  const processor = new BatchSpanProcessor(
    reporting(exporter, () => logs[0]),
    { scheduledDelayMillis: batchDelayMs },
  )
  const sdk = startSdk(processor, ratio)
  return {
    tracerOf: ({ name, instance, environment }, log) => {
      logs.push(log)
      return sdk.tracerOf(
        resourceFromAttributes({
          'service.name': name,
          'service.namespace': 'cartwright',
          'service.instance.id': instance,
          'deployment.environment.name': environment,
        }),
      )
    },
    stop: async () => void (await waitAtMost(stopMs, sdk.stop())),
  }
}
