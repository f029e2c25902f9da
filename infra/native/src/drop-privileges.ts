// Drops root privileges for programs that refuse to run as root, without making private folders readable for all users.
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EngineError } from './engine.ts'
import { findProgram, isRoot } from './tools.ts'

/** User and group `nobody`. */
const unprivilegedId = 65_534

/** Every user may enter `path` and all folders above it. */
const isReachable = (path: string): boolean => {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

const changeOwner = (path: string): void => {
  chownSync(path, unprivilegedId, unprivilegedId)
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) changeOwner(join(path, name))
}

/**
 * The arguments that go before a command. The new user becomes the owner of the folders in `owned` and must be able to read those in
 * `read`. When a private folder lies above one of them, the command keeps the capability that passes it, and the bit without which
 * access(2) ignores capabilities.
 * @throws EngineError when setpriv is missing
 */
export const dropPrivileges = (
  title: string,
  { owned, read }: { owned: readonly string[]; read: readonly string[] },
): readonly string[] => {
  if (!isRoot()) return []
  const setpriv = findProgram('setpriv')
  if (!setpriv)
    throw new EngineError(
      `${title} does not run as root and setpriv (util-linux) is missing: install it, or start as another user.`,
    )
  for (const folder of owned) changeOwner(folder)
  const pass = [...owned, ...read].every(isReachable)
    ? []
    : ['--securebits=+no_setuid_fixup', '--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override']
  return [setpriv, `--reuid=${unprivilegedId}`, `--regid=${unprivilegedId}`, '--clear-groups', ...pass]
}
