// `npm run build:jaeger`: builds Jaeger from its Go module into the cache of the machine, unless a program is there.
import { EngineError } from './engine.ts'
import { buildJaeger, findJaeger } from './jaeger.ts'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

try {
  const present = findJaeger()
  print(present === null ? `Jaeger is built: ${await buildJaeger(print)}` : `Jaeger is there: ${present}`)
} catch (error) {
  if (!(error instanceof EngineError)) throw error
  print(error.message)
  process.exitCode = 1
}
