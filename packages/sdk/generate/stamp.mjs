// Stamp of the SDK's generated files: they are made again when a contract or the generator has changed. Runs on any Node from 18 on.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const sources = [here, join(here, '..', '..', 'contracts', 'src')]

export const generatedFolder = join(here, '..', 'src', 'generated')
const stamp = join(generatedFolder, '.made-of')

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )

const fingerprint = () => {
  const hash = createHash('sha256')
  // The manifest names the version of the generator that is not ours.
  const files = [join(here, '..', 'package.json'), ...sources.flatMap(filesBelow).sort()]
  for (const file of files) if (!file.includes('.test.')) hash.update(relative(here, file)).update(readFileSync(file))
  return hash.digest('hex')
}

export const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()

export const writeStamp = () => writeFileSync(stamp, fingerprint())
