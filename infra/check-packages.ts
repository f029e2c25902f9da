// `npm run check:packages`: types and pure tests of each package. Turbo repeats only what a change may have broken.
import { runProgram } from './checks.ts'

process.exitCode = await runProgram('turbo', ['run', 'check:types', 'test:unit', '--concurrency=2', ...process.argv.slice(2)])
