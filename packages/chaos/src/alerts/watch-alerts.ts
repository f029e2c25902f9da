// Watch over the alerts of a shop: which fire at present, and which have fired unexpectedly.
import type { Alerting } from '@cartwright/shop/test-shop'
import { pause } from '../wait.ts'

export interface AlertWatch {
  /** The alerts that fire, as `Alert service`. */
  firing(): readonly string[]
  /** Sets which alerts may begin to fire from now on. */
  expect(keys: readonly string[]): void
  /** Alerts that began to fire while they were not expected. */
  unexpected(): readonly string[]
  /** Expected or not, everything that has fired or been pending so far. */
  seen(): { fired: readonly string[]; pending: readonly string[] }
  stop(): Promise<void>
}

const everyMs = 1000

/** Asks Prometheus once a second. @param print receives each change */
export const watchAlerts = (alerting: Pick<Alerting, 'alerts'>, print: (line: string) => void): AlertWatch => {
  let firing: readonly string[] = []
  let expected: ReadonlySet<string> = new Set()
  let isOver = false
  const unexpected = new Set<string>()
  const fired = new Set<string>()
  const pending = new Set<string>()
  const look = async (): Promise<void> => {
    const alerts = await alerting.alerts()
    const keysIn = (state: string) => [
      ...new Set(alerts.filter((alert) => alert.state === state).map(({ name, service }) => `${name} ${service}`)),
    ]
    const now = keysIn('firing')
    for (const key of keysIn('pending')) pending.add(key)
    for (const key of now.filter((one) => !firing.includes(one))) {
      fired.add(key)
      if (!expected.has(key)) unexpected.add(key)
      print(`  ! ${key} fires${expected.has(key) ? '' : ', unexpectedly'}`)
    }
    for (const key of firing.filter((one) => !now.includes(one))) print(`    ${key} has cleared`)
    firing = now
  }
  const watching = (async () => {
    while (!isOver) {
      await look()
      await pause(everyMs)
    }
  })()
  // The caller hears of a failure when it stops the watch; until then it must not end the process.
  watching.catch(() => undefined)
  return {
    firing: () => firing,
    expect: (keys) => {
      expected = new Set(keys)
    },
    unexpected: () => [...unexpected],
    seen: () => ({ fired: [...fired], pending: [...pending] }),
    stop: async () => {
      isOver = true
      await watching
    },
  }
}
