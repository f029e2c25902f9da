// Tells whoever waits what is being done and how long it took.

export type Say = (line: string) => void

/** Runs a step and says its outcome: what `describe` makes of the result, with the seconds it took. */
export const step = async <T>(
  say: Say,
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => title,
): Promise<T> => {
  const started = performance.now()
  const slow = setInterval(() => say(`  … ${title} (${Math.round((performance.now() - started) / 1000)} s)`), 5000)
  try {
    const result = await work()
    say(`  ✓ ${describe(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    return result
  } finally {
    clearInterval(slow)
  }
}

/** Two columns, the first as wide as its widest cell. */
export const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`).join('\n')
}
