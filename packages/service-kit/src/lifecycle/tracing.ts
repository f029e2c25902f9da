// Starts the tracing of a process when the environment names a collector.
import type { Tracing } from '@cartwright/telemetry/start-tracing'
import { type Environment, readConfig, tracingSpec } from '../config.ts'

export type { Tracing }

/** @returns null while tracing is off: then nothing of OpenTelemetry is loaded @throws ConfigError */
export const startTracing = async (env: Environment): Promise<Tracing | null> => {
  const { otlpEndpoint, traceRatio, tracingDisabled } = readConfig('tracing', '\0', tracingSpec, env)
  if (otlpEndpoint === null || tracingDisabled) return null
  const { openTracing } = await import('@cartwright/telemetry/start-tracing')
  return openTracing(otlpEndpoint, traceRatio)
}
