// `npm run bench`: creates a catalog, sends a frontend's requests to the gateway, and prints a report.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ProgramError, program } from '@cartwright/service-kit'
import { measureMode } from './measure-mode.ts'
import { type Report, textOf } from './report.ts'
import type { Mode } from './shop-process.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

const readArgs = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { type: 'string', default: 'both' },
      users: { type: 'string', default: '32' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  if (!['embedded', 'distributed', 'both'].includes(values.mode))
    throw new ProgramError('--mode must be embedded, distributed or both', { exitCode: 2 })
  const users = Number(values.users)
  if (!Number.isInteger(users) || users < 1 || users > 1000)
    throw new ProgramError('--users must be a number from 1 to 1000', { exitCode: 2 })
  const modes: Mode[] = values.mode === 'both' ? ['embedded', 'distributed'] : [values.mode as Mode]
  return { modes, users, only: values.only ?? null, quick: values.quick }
}

await program(async ({ env, args, print }) => {
  const { modes, ...options } = readArgs(args)
  const parts = []
  for (const mode of modes) parts.push(await measureMode(mode, { ...options, root, env, print }))
  const [first] = parts
  if (first === undefined) return
  const report: Report = {
    at: new Date().toISOString(),
    cores: availableParallelism(),
    users: options.users,
    yardsticks: first.yardsticks,
    modes: parts.map((part) => part.report),
  }
  const folder = join(root, 'bench-results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, 'latest.md'), `${textOf(report)}\n`)
  print(`\n${textOf(report)}\n\nJSON report: bench-results/latest.json`)
})
