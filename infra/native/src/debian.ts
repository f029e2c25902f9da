// Programs from the machine's own Debian packages. Debian's services are not started: an engine belongs to whoever starts it here.
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from './cache.ts'
import { EngineError, type Log } from './engine.ts'
import { withLock } from './lock.ts'
import { findProgram, isRoot, run } from './tools.ts'

const policyFile = '/usr/sbin/policy-rc.d'
const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
const wait = ['-o', 'DPkg::Lock::Timeout=120']

/** Packages can be installed here: Debian's tool is there and may be used. */
export const canInstall = (): boolean => isRoot() && findProgram('apt-get') !== null

/** Keeps packages from starting their services while `work` runs. */
const withoutServices = async (work: () => Promise<void>): Promise<void> => {
  if (existsSync(policyFile)) return work()
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    rmSync(policyFile, { force: true })
  }
}

/** The lists of packages, fetched again when ours are older than ten minutes. */
const updateLists = async (): Promise<void> => {
  const stamp = join(cacheRoot(), 'apt.updated')
  if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < 600_000) return
  await run('apt-get', [...wait, 'update', '-q'], { env: quiet })
  writeFileSync(stamp, '')
}

/** Installs packages unless `program` is on PATH already; gives the program's path. @throws EngineError */
export const installProgram = async (program: string, packages: readonly string[], log: Log): Promise<string> => {
  const present = findProgram(program)
  if (present) return present
  await withLock(join(cacheRoot(), 'apt.lock'), packages.join(', '), log, async () => {
    if (findProgram(program)) return
    log(`installing ${packages.join(', ')} from the machine's own packages`)
    await updateLists()
    await withoutServices(async () => {
      await run('apt-get', [...wait, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env: quiet })
    })
  })
  const installed = findProgram(program)
  if (!installed) throw new EngineError(`${packages.join(', ')} is installed but brought no ${program}.`)
  return installed
}

/** Keeps a service of a package from starting with the machine, where something would start it. */
export const disableService = async (name: string): Promise<void> => {
  if (existsSync('/run/systemd/system') && findProgram('systemctl')) await run('systemctl', ['disable', '--now', name])
}
