// `npm run check:alerts`: provokes every alert in a real shop and measures it; with `--quiet` no alert may fire under normal load.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProgramError, program } from '@cartwright/service-kit'
import { pause } from '../wait.ts'
import { openDrillShop } from './drill-shop.ts'
import { groupsOf } from './drills.ts'
import { holdDrills } from './hold-drills.ts'
import { readOptions } from './options.ts'
import { type DrillResult, problemsOf, tableOf } from './results.ts'
import { watchAlerts } from './watch-alerts.ts'

const dataRoot = fileURLToPath(new URL('../../../../.data/alerts', import.meta.url))

/** Rejects when the command is interrupted, so that everything is stopped in order. */
const whenInterrupted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

await program(async ({ args, print, env, signal }) => {
  const options = readOptions(args)
  const groups = groupsOf(options.only)
  const dataDir = join(dataRoot, String(process.pid))
  await using opened = await openDrillShop({ dataDir, env, keep: options.keep, print })
  const { site, alerting, operatorsMailbox } = opened
  const watch = watchAlerts(alerting, print)
  const { quietMinutes } = options
  if (quietMinutes !== null) print(`normal load for ${quietMinutes} minutes, without a fault`)
  const work =
    quietMinutes === null
      ? holdDrills({ site, watch, operatorsMailbox, print }, groups)
      : pause(quietMinutes * 60_000).then((): DrillResult[] => [])
  const results = await Promise.race([work, whenInterrupted(signal)])
  await watch.stop()
  const { paid, unpaid } = site.load.counts()
  print(`${paid} purchases, ${unpaid} visits without one; pending for a while: ${watch.seen().pending.join(', ') || 'no alert'}`)
  if (quietMinutes === null) for (const line of ['', ...tableOf(results), '']) print(line)
  const problems = problemsOf(results, watch.unexpected())
  for (const problem of problems) print(`problem: ${problem}`)
  if (problems.length > 0) throw new ProgramError('The alerts do not behave as they should; see above.')
  print(quietMinutes === null ? 'Every alert fired, was mailed and cleared in time.' : 'No alert fired.')
})
