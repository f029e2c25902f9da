// Installs programs from the machine's Debian packages, without starting their services.
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from './cache.ts'
import { EngineError, type Log } from './engine.ts'
import { withLock } from './lock.ts'
import { findProgram, isRoot, run } from './tools.ts'

const policyFile = '/usr/sbin/policy-rc.d'
const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
const wait = ['-o', 'DPkg::Lock::Timeout=120']

/** True when this process may install Debian packages. */
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

/** Updates the package lists when the last update is older than ten minutes. */
const updateLists = async (): Promise<void> => {
  const stamp = join(cacheRoot(), 'apt.updated')
  if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < 600_000) return
  await run('apt-get', [...wait, 'update', '-q'], { env: quiet })
  writeFileSync(stamp, '')
}

/** Installs packages unless `program` is on PATH. @returns the path of the program @throws EngineError */
export const installProgram = async (program: string, packages: readonly string[], log: Log): Promise<string> => {
  const present = findProgram(program)
  if (present) return present
  await withLock(join(cacheRoot(), 'apt.lock'), packages.join(', '), log, async () => {
    if (findProgram(program)) return
    log(`installing the Debian packages ${packages.join(', ')}`)
    await updateLists()
    await withoutServices(async () => {
      const remedy = `Install ${packages.join(', ')} by hand, then run it again.`
      await run('apt-get', [...wait, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env: quiet, remedy })
    })
  })
  const installed = findProgram(program)
  if (!installed)
    throw new EngineError(`${packages.join(', ')} is installed, but there is no program ${program} on PATH: install it by hand.`)
  return installed
}

/** Disables the service of a package on machines that have a service manager. */
export const disableService = async (name: string): Promise<void> => {
  if (existsSync('/run/systemd/system') && findProgram('systemctl')) await run('systemctl', ['disable', '--now', name])
}
