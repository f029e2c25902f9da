// Steps down from root for programs that refuse to run as root, without making the owner's folders readable for everybody.
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EngineError } from './engine.ts'
import { findProgram, isRoot } from './tools.ts'

/** The user that owns nothing on a system. */
const nobody = 65_534

/** Everybody may pass through all folders above. */
export const isReachable = (path: string): boolean => {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

const giveAway = (path: string): void => {
  chownSync(path, nobody, nobody)
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) giveAway(join(path, name))
}

/**
 * What to put before a command. `owned` folders are given to the user it then is; `read` must be readable. Where a private folder
 * is in the way, the command keeps the one capability that passes it (and the bit without which access(2) disregards capabilities).
 * @throws EngineError when root cannot step down here
 */
export const stepDown = (
  title: string,
  { owned, read }: { owned: readonly string[]; read: readonly string[] },
): readonly string[] => {
  if (!isRoot()) return []
  const setpriv = findProgram('setpriv')
  if (!setpriv)
    throw new EngineError(
      `${title} does not run as root and setpriv (util-linux) is missing: install it, or start as another user.`,
    )
  for (const folder of owned) giveAway(folder)
  const pass = [...owned, ...read].every(isReachable)
    ? []
    : ['--securebits=+no_setuid_fixup', '--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override']
  return [setpriv, `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...pass]
}
