// OpenTelemetry: implements `Tracer` over a tracer of the SDK. The context of each span names the service that records it.
import {
  type Attributes as ApiAttributes,
  type Context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  type Tracer as SdkTracer,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { Span, SpanOptions, Tracer } from './span.ts'
import { parseTraceparent } from './trace.ts'

/** A span of this process, with what the spans of libraries need to join it. */
export interface RecordedSpan extends Span {
  tracer: SdkTracer
  context: Context
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

const contextOf = (traceparent: string): SpanContext | null => {
  const parsed = parseTraceparent(traceparent)
  if (parsed === null) return null
  const { traceId, spanId, isSampled } = parsed
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true }
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`

const linksOf = (traceparents: readonly string[] = []) =>
  traceparents.flatMap((traceparent) => {
    const linked = contextOf(traceparent)
    return linked && isSpanContextValid(linked) ? [{ context: linked }] : []
  })

const errorType = (error: unknown): string => {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

const start = (tracer: SdkTracer, parent: Context, { name, kind, attributes, links }: SpanOptions): SdkSpan =>
  tracer.startSpan(
    name,
    {
      kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind],
      ...(attributes ? { attributes: attributes as ApiAttributes } : {}),
      ...(links ? { links: linksOf(links) } : {}),
    },
    parent,
  )

/** Key of the service's resource in a context of OpenTelemetry. */
const resourceKey = createContextKey('cartwright resource')

/** Describes the service that works in a context of OpenTelemetry; undefined outside of recorded work. */
export const resourceIn = (of: Context): Resource | undefined => of.getValue(resourceKey) as Resource | undefined

/** Wraps a span of the SDK. @param within context in which it was started */
export const recorded = (
  tracer: SdkTracer,
  within: Context,
  span: SdkSpan,
  { onlyWithChildren = false }: Pick<SpanOptions, 'onlyWithChildren'> = {},
): RecordedSpan => {
  let hasChildren = false
  const inside = trace.setSpan(within, span)
  return {
    tracer,
    context: inside,
    traceparent: traceparentOf(span.spanContext()),
    startChild: (options) => {
      hasChildren = true
      return recorded(tracer, inside, start(tracer, inside, options), options)
    },
    set: (attributes) => void span.setAttributes(attributes as ApiAttributes),
    end: (error) => {
      // The SDK exports spans that have ended, so this one is dropped.
      if (onlyWithChildren && !hasChildren) return
      // The type only: messages may quote personal data. The log has them, redacted, under the same trace id.
      if (error !== undefined) span.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** Creates the tracer of one service. @param tracer samples roots; every other span follows its parent */
export const createTracer = (tracer: SdkTracer, resource: Resource): Tracer => {
  const root = ROOT_CONTEXT.setValue(resourceKey, resource)
  return {
    startSpan: (traceparent, options) => {
      const parent = contextOf(traceparent)
      const within = parent === null ? root : trace.setSpanContext(root, parent)
      return recorded(tracer, within, start(tracer, within, options), options)
    },
    startTrace: (options) => {
      const span = start(tracer, root, options)
      const traceparent = traceparentOf(span.spanContext())
      return { traceparent, span: span.isRecording() ? recorded(tracer, root, span, options) : null }
    },
  }
}
