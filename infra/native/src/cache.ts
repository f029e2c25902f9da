// Download cache of the machine: folders outside the clone, each filled under a lock and then moved into place as a whole.
import { createHash } from 'node:crypto'
import { chmodSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineError, type Log } from './engine.ts'
import { withLock } from './lock.ts'

/** `XDG_CACHE_HOME/cartwright`, else `~/.cache/cartwright`. */
export const cacheRoot = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cartwright')

export const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** Checksum of a folder of files. It depends on names and contents, not on their order on disk. */
export const sha256OfFolder = async (folder: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(`${await sha256Of(join(folder, name))}  ${name}\n`)
  return hash.digest('hex')
}

/** @throws EngineError when the checksum of a download is not the pinned one */
export const expectChecksum = (what: string, actual: string, pinned: string): void => {
  if (actual === pinned) return
  throw new EngineError(
    `The checksum of ${what} is wrong (sha256 ${actual}, expected ${pinned}): try again. If it stays wrong, do not trust the source.`,
  )
}

interface Provision {
  /** Folder name in the cache. It contains the version, so that each version has its own folder. */
  name: string
  what: string
  log: Log
  /** Fills the empty folder. The folder is moved into place when this resolves. */
  fill(folder: string): Promise<void>
}

/** Returns the filled folder. Only one process fills it; later calls return at once. */
export const provision = async ({ name, what, log, fill }: Provision): Promise<string> => {
  const root = cacheRoot()
  const folder = join(root, name)
  if (existsSync(folder)) return folder
  mkdirSync(root, { recursive: true })
  return withLock(join(root, `${name}.lock`), what, log, async () => {
    if (existsSync(folder)) return folder
    const unfinished = `.${name}.new-`
    for (const old of readdirSync(root)) if (old.startsWith(unfinished)) rmSync(join(root, old), { recursive: true, force: true })
    const fresh = mkdtempSync(join(root, unfinished))
    try {
      await fill(fresh)
      // Engines that run as another user read it too.
      chmodSync(fresh, 0o755)
      renameSync(fresh, folder)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      throw error
    }
    return folder
  })
}
