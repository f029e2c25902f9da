// Progress lines of the terminal: what is being done and how long it took.

type Print = (line: string) => void

/** Runs a step and prints its outcome: the text that `describe` returns, with the seconds it took. */
export const step = async <T>(
  print: Print,
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => title,
): Promise<T> => {
  const started = performance.now()
  const slow = setInterval(() => print(`  … ${title} (${Math.round((performance.now() - started) / 1000)} s)`), 5000)
  try {
    const result = await work()
    print(`  ✓ ${describe(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
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
