// `pnpm --filter @cartwright/docs lock`: publishes the contracts as they stand. Refuses what breaks a reader, unless told that it is meant: `--breaking`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProgramError, program } from '@cartwright/service-kit'
import { currentLock, incompatibilities, type Lock } from './contract-lock.ts'
import { root } from './sources.ts'

await program(async ({ args, say }) => {
  const file = join(root, 'contracts.lock.json')
  const next = currentLock()
  if (existsSync(file) && !args.includes('--breaking')) {
    const breaks = incompatibilities(JSON.parse(readFileSync(file, 'utf8')) as Lock, next)
    if (breaks.length > 0)
      throw new ProgramError(
        `These changes break readers of a published contract:\n${breaks.map((line) => `  ${line}`).join('\n')}\nAdd a new version instead, or pass --breaking while nothing is released.`,
      )
  }
  writeFileSync(file, `${JSON.stringify(next, null, 1)}\n`)
  say(`contracts.lock.json: ${Object.keys(next.endpoints).length} endpoints, ${Object.keys(next.events).length} events`)
})
