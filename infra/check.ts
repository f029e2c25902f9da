// `npm run check`: everything that can be said about the code without running the shop. Exit code 1 when any of it fails.
import { checks, runCheck } from './checks.ts'

let failed = 0
for (const check of checks) {
  process.stdout.write(`== ${check.title}\n`)
  if ((await runCheck(check)) !== 0) failed++
}
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
