// Tracing that is off: its SDK, which costs time and memory, is not loaded.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@opentelemetry/sdk-node'))

test('the SDK of OpenTelemetry is loaded when tracing starts, and not before', async () => {
  await import('./index.ts')
  expect(isSdkLoaded()).toBe(false)
  await import('./start-tracing.ts')
  expect(isSdkLoaded()).toBe(true)
})
