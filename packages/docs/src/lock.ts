// `pnpm --filter @cartwright/docs lock`: writes the contract lock. It refuses incompatible changes unless `--breaking` is passed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProgramError, program } from '@cartwright/service-kit'
import { currentLock, incompatibilities, type Lock } from './contract-lock.ts'
import { root } from './sources.ts'

await program(async ({ args, print }) => {
  const file = join(root, 'packages/docs/contracts.lock.json')
  const next = currentLock()
  if (existsSync(file) && !args.includes('--breaking')) {
    const breaks = incompatibilities(JSON.parse(readFileSync(file, 'utf8')) as Lock, next)
    if (breaks.length > 0)
      throw new ProgramError(
        `These changes break readers of a published contract:\n${breaks.map((line) => `  ${line}`).join('\n')}\nAdd a member, an endpoint or an event with a new name instead, or pass --breaking while nothing is released.`,
      )
  }
  writeFileSync(file, `${JSON.stringify(next, null, 1)}\n`)
  print(`contracts.lock.json: ${Object.keys(next.endpoints).length} endpoints, ${Object.keys(next.events).length} events`)
})
