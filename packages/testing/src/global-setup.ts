// Global setup of vitest: starts MariaDB, and the engines that TEST_ENGINES names, unless their addresses are set.
import { provideEngines, type TestEngine } from './engines.ts'

/** vitest calls this once; the returned function runs at the end. */
export const setup = async (): Promise<() => Promise<void>> => {
  const wanted = (process.env.TEST_ENGINES ?? 'mysql').split(',').filter(Boolean) as TestEngine[]
  return provideEngines(wanted, (line) => process.stderr.write(`${line}\n`))
}
