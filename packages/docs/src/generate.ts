// `pnpm --filter @cartwright/docs generate`: writes every generated document.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { program } from '@cartwright/service-kit'
import { documents } from './documents.ts'
import { root } from './sources.ts'

await program(async ({ print }) => {
  const made = documents()
  for (const [path, content] of made) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  print(`${made.size} documents`)
})
