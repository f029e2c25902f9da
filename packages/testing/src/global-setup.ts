// Gives a vitest run its engines when the caller has not: MariaDB for everything, the others when a suite asks by TEST_ENGINES.
import { provideEngines, type TestEngine } from './engines.ts'

/** vitest calls this once; the returned function runs at the end. */
export const setup = async (): Promise<() => Promise<void>> => {
  const wanted = (process.env.TEST_ENGINES ?? 'mysql').split(',').filter(Boolean) as TestEngine[]
  return provideEngines(wanted, (line) => process.stderr.write(`${line}\n`))
}
