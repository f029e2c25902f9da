// Span: one recorded piece of work in a trace. These types know no library; `open-telemetry.ts` implements them.

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface SpanOptions {
  /** Of low cardinality: no ids. */
  name: string
  /** `internal` when left out. */
  kind?: 'server' | 'client' | 'producer' | 'consumer'
  attributes?: Attributes
  /** Traceparents of work that is related and not the parent. */
  links?: readonly string[]
  /** Records the span only when it gets children: for work that mostly finds nothing to do. */
  onlyWithChildren?: boolean
}

export interface Span {
  /** W3C trace context of this span. */
  readonly traceparent: string
  startChild(options: SpanOptions): Span
  set(attributes: Attributes): void
  /** @param error why the work failed; undefined when it succeeded */
  end(error?: unknown): void
}

/** Records the spans of one service. */
export interface Tracer {
  /** Starts a span whose parent is in another process or was stored. @param traceparent of a sampled trace */
  startSpan(traceparent: string, options: SpanOptions): Span
  /** Starts a trace. @returns its traceparent, and its first span when it is sampled */
  startTrace(options: SpanOptions): { traceparent: string; span: Span | null }
}
