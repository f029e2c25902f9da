// Cache purge in two steps: at once, and again after other services have processed the same event.
import type { GatewayDeps } from '../../deps.ts'

/** Milliseconds until the second purge. A new price must be visible within two seconds. */
const secondPurgeMs = 1200

export const purgeTwice = ({ cache }: GatewayDeps, tags: readonly string[]): void => {
  cache.purge(tags)
  setTimeout(() => cache.purge(tags), secondPurgeMs).unref()
}
