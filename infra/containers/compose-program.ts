// Docker Compose v2: the plugin or the program of the machine, else one that is built from its Go module into the cache.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { provision } from '../native/src/cache.ts'
import type { Log } from '../native/src/engine.ts'
import { addGoModule, buildGoProgram } from '../native/src/go-build.ts'
import { findProgram, run } from '../native/src/tools.ts'

const version = '2.40.3'
const module = 'github.com/docker/compose/v2/cmd'

const isVersion2 = async (program: string, args: readonly string[]): Promise<boolean> => {
  try {
    return /^v?2\./.test((await run(program, [...args, 'version', '--short'])).trim())
  } catch {
    return false
  }
}

const build = (log: Log): Promise<string> =>
  provision({
    name: `docker-compose-${version}`,
    what: 'Docker Compose',
    log,
    fill: async (folder) => {
      log(`building Docker Compose ${version} from its Go module (five minutes)`)
      writeFileSync(join(folder, 'go.mod'), 'module cartwright.local/compose\n\ngo 1.24\n')
      await addGoModule('docker-compose', folder, `${module}@v${version}`)
      await buildGoProgram('docker-compose', folder, module, log)
    },
  })

/** @returns the program with its first arguments @throws EngineError */
export const findCompose = async (log: Log): Promise<readonly [string, ...string[]]> => {
  const docker = findProgram('docker')
  if (docker !== null && (await isVersion2(docker, ['compose']))) return [docker, 'compose']
  const program = findProgram('docker-compose')
  if (program !== null && (await isVersion2(program, []))) return [program]
  return [join(await build(log), 'docker-compose')]
}
