// `npm run cluster:secrets`: writes the secrets of the overlay `local` once. Existing files stay, because databases depend on them.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestRoot } from './manifests.ts'
import { drawSecrets, envFile } from './secrets.ts'

const folder = join(manifestRoot, 'overlays', 'local', 'secrets')
const drawn = Object.entries(drawSecrets()).map(([name, values]) => ({ file: join(folder, `${name}.env`), values }))
const present = drawn.filter(({ file }) => existsSync(file))
if (present.length > 0) {
  process.stderr.write(`${folder} has secrets already: remove all of them together to draw new ones.\n`)
  process.exitCode = 1
} else {
  mkdirSync(folder, { recursive: true })
  for (const { file, values } of drawn) writeFileSync(file, envFile(values), { mode: 0o600 })
  process.stdout.write(`${drawn.length} files with new secrets in ${folder}\n`)
}
