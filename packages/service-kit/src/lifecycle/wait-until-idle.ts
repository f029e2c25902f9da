// Waits until services that run in this process have nothing to do; for tests and tools.
import { setTimeout as delay } from 'node:timers/promises'

const idleLimitMs = 30_000

/** Ticks until nothing is due in any of the services and the transport is quiet. @throws Error after 30 s */
export const waitUntilIdle = async (
  services: readonly { tick(): Promise<boolean> }[],
  transport: { busy(): boolean },
): Promise<void> => {
  const until = performance.now() + idleLimitMs
  let quiet = 0
  while (quiet < 2) {
    const did = await Promise.all(services.map((service) => service.tick()))
    quiet = did.some(Boolean) || transport.busy() ? 0 : quiet + 1
    if (performance.now() > until)
      throw new Error(
        `services are still busy after ${idleLimitMs / 1000} s: look for a job or message that is retried without end`,
      )
    await delay(quiet === 0 ? 2 : 0)
  }
}
