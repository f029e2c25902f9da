// Results of drills: the table, and what makes the command fail.

export interface DrillResult {
  alert: string
  service: string
  fault: string
  /** Seconds from the fault to the alert, and to its mail; null when they did not come. */
  firesSec: number | null
  mailSec: number | null
  /** Seconds from the end of the fault until the alert no longer fires; null when it still does. */
  clearsSec: number | null
  /** Why the drill could not be held. */
  trouble: string | null
}

/** An alert fires within this time. */
export const fireLimitSec = 120
/** Windows reach back five minutes; then come a scrape, an evaluation and what the fault has left behind. */
export const clearLimitSec = 360

const seconds = (value: number | null): string => (value === null ? '–' : value.toFixed(0))

export const tableOf = (results: readonly DrillResult[]): string[] => {
  const rows = [
    ['alert', 'service', 'fires', 'mail', 'clears', 'fault'],
    ...results.map(({ alert, service, firesSec, mailSec, clearsSec, fault }) => [
      alert,
      service,
      seconds(firesSec),
      seconds(mailSec),
      seconds(clearsSec),
      fault,
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const problemOf = ({ alert, firesSec, mailSec, clearsSec, trouble }: DrillResult): string | null => {
  if (trouble !== null) return `${alert}: the drill could not be held: ${trouble}`
  if (firesSec === null) return `${alert} did not fire`
  if (firesSec > fireLimitSec) return `${alert} fired after ${firesSec.toFixed(0)} s, more than ${fireLimitSec}`
  if (mailSec === null) return `${alert}: no mail came`
  if (clearsSec === null) return `${alert} did not clear within ${clearLimitSec} s`
  return null
}

/** What is wrong, one sentence each. @param unexpected alerts that no drill expected */
export const problemsOf = (results: readonly DrillResult[], unexpected: readonly string[]): string[] => [
  ...results.map(problemOf).filter((problem) => problem !== null),
  ...unexpected.map((key) => `${key} fired, and no drill expected it`),
]
