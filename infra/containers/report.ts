// Results of the checks: progress lines with the seconds since the start, and a summary.
export interface Report {
  print(line: string): void
  /** @param figure what was measured */
  record(title: string, ok: boolean, figure: string): void
  /** Records a check that looks for offences. */
  recordNone(title: string, offences: readonly string[]): void
  /** Prints every result. @returns whether all checks passed */
  end(): boolean
}

export const secondsSince = (from: number): number => Math.round((performance.now() - from) / 1000)

export const openReport = (): Report => {
  const started = performance.now()
  const results: { title: string; ok: boolean; figure: string }[] = []
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  const print = (line: string): void => write(`[${String(secondsSince(started)).padStart(4)} s] ${line}`)
  const record: Report['record'] = (title, ok, figure) => {
    results.push({ title, ok, figure })
    print(`${ok ? 'passed' : 'FAILED'}: ${title}: ${figure}`)
  }
  return {
    print,
    record,
    recordNone: (title, offences) => record(title, offences.length === 0, offences.join('; ') || 'no exception'),
    end: () => {
      for (const { title, ok, figure } of results) write(`${ok ? '✓' : '✗'} ${title}: ${figure}`)
      const failed = results.filter(({ ok }) => !ok).length
      write(`${results.length - failed} passed, ${failed} failed`)
      return failed === 0
    },
  }
}
