// `npm run test:file -- <path>` and `npm run test:watch -- <path>`: runs some test files with the engines that they need.
import { globSync, readFileSync } from 'node:fs'
import { provideEngines, type TestEngine, testEngineVariables } from '../packages/testing/src/engines.ts'
import { root, runProgram } from './checks.ts'

/** Engines of a test file: a database for int, flow and kafka tests, a broker for kafka tests, and the engines whose variables it reads. */
export const enginesOf = (path: string, text: string): TestEngine[] => {
  const wanted = new Set<TestEngine>()
  if (/\.(int|flow|kafka)\.test\.ts$/.test(path)) wanted.add('mysql')
  if (path.endsWith('.kafka.test.ts')) wanted.add('kafka')
  if (path.startsWith('packages/chaos/') && path.endsWith('.kafka.test.ts'))
    for (const name of ['redis', 'elasticsearch'] as const) wanted.add(name)
  for (const [engine, variable] of Object.entries(testEngineVariables) as [TestEngine, string][])
    if (text.includes(variable)) wanted.add(engine)
  return [...wanted]
}

const testFiles = (): string[] =>
  globSync(['services/*/src/**/*.test.ts', 'packages/*/{src,test}/**/*.test.ts', 'infra/**/*.test.ts'], {
    cwd: root,
    exclude: (name) => name.endsWith('node_modules'),
  }).sort()

const main = async ([mode = 'run', ...args]: readonly string[]): Promise<number> => {
  const paths = args.filter((argument) => !argument.startsWith('-')).map((path) => path.replace(/^\.\//, ''))
  const files = testFiles().filter((file) => paths.some((path) => file.includes(path)))
  if (files.length === 0) {
    process.stderr.write('Name test files or a folder: npm run test:file -- services/order/src/domain/order.test.ts\n')
    return 1
  }
  const engines = new Set(files.flatMap((file) => enginesOf(file, readFileSync(`${root}/${file}`, 'utf8'))))
  const stop = await provideEngines([...engines], (line) => process.stdout.write(`${line}\n`))
  try {
    return await runProgram('vitest', [mode, ...args])
  } finally {
    await stop()
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
