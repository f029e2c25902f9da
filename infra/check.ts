// `npm run check`: runs all checks that need no running shop. Exit code 1 when one of them fails.
import { checks, runCheck } from './checks.ts'

let failed = 0
for (const check of checks) {
  process.stdout.write(`== ${check.title}\n`)
  if ((await runCheck(check)) !== 0) failed++
}
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
