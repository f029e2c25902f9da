// `npm run check:upgrade`: replaces the previous version by this one under load, service by service; with `--same` this version by itself.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ProgramError, program } from '@cartwright/service-kit'
import { openJournal } from '../journal.ts'
import { playScenario, type Verdict } from '../run.ts'
import { openShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { findProblems } from './find-problems.ts'
import { findPreviousVersion, provideVersion } from './previous-version.ts'
import { type RolledService, rollout } from './rollout.ts'

const dataRoot = fileURLToPath(new URL('../../../../.data/upgrade', import.meta.url))
const usage = 'Usage: npm run check:upgrade -- [--from <commit or tag> | --same] [--users N] [--keep]'

const readOptions = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        same: { type: 'boolean' },
        users: { type: 'string' },
        keep: { type: 'boolean' },
      },
    })
    const users = Number(values.users ?? 3)
    if (!Number.isInteger(users) || users < 1) throw new ProgramError(`--users takes a whole number of at least 1.\n${usage}`)
    return { from: values.from ?? null, same: values.same ?? false, users, keep: values.keep ?? false }
  } catch (error) {
    if (error instanceof ProgramError) throw error
    throw new ProgramError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

const tableOf = (rolled: readonly RolledService[]): string[] => [
  'service        seconds  requests  failed',
  ...rolled.map(
    ({ service, seconds, requests, failed }) =>
      `${service.padEnd(14)} ${seconds.toFixed(1).padStart(7)} ${String(requests).padStart(9)} ${String(failed).padStart(7)}`,
  ),
]

const summaryOf = ({ outcome, orders, operations, restSeconds, violations }: Verdict): string => {
  const counts = Object.entries(orders).map(([name, count]) => `${count} ${name}`)
  return `${outcome}: orders ${counts.join(', ')}; ${operations.answered} answers, ${operations.lost} lost; at rest after ${restSeconds.toFixed(1)} s; ${violations.length} violations`
}

await program(async ({ args, print, env }) => {
  const options = readOptions(args)
  const version = options.same ? null : findPreviousVersion(options.from)
  print(
    version === null ? 'from this version to itself' : `from ${version.commit.slice(0, 10)} (${version.reason}) to this version`,
  )
  const root = version === null ? null : provideVersion(version, print)
  const rolled: RolledService[] = []
  const deaths: string[] = []
  const scenario = rollout(root, {
    users: options.users,
    onMigrated: (lines) => {
      for (const line of lines) print(`  migrate: ${line}`)
    },
    onRolled: (service) => {
      rolled.push(service)
      print(`  ${service.service} is replaced (${service.seconds.toFixed(1)} s)`)
    },
  })
  await using shop = await openShopUnderTest({
    dataDir: join(dataRoot, String(process.pid)),
    print,
    keep: options.keep,
    given: { redis: env.TEST_REDIS_URL, elasticsearch: env.TEST_ELASTICSEARCH_URL, mysql: env.TEST_MYSQL_URL },
    ...scenario.shop,
    onDeath: (label, how) => void deaths.push(`${label} ended by itself (${how})`),
  })
  const journal = openJournal()
  const verdict = await playScenario({ shop, scenario, seed: 1, print: (line) => print(`  ${line}`), journal })
  for (const line of [...verdict.report, '', ...tableOf(rolled), '', summaryOf(verdict)]) print(line)
  for (const missed of verdict.missed) print(`missed: ${missed}`)
  const problems = await findProblems(shop)
  print(`doctor: ${problems.length === 0 ? 'no problem found' : `${problems.length} problems found`}`)
  for (const { subject, detail } of problems) print(`  ${subject}: ${detail}`)
  for (const death of deaths) print(death)
  if (!verdict.passed || problems.length + deaths.length > 0) throw new ProgramError('The rollout is not seamless; see above.')
})
