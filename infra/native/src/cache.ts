// What is downloaded once per machine: folders outside the clone, made under a lock and taken over whole or not at all.
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

/** One figure for a folder of files: changes when a file's name or content does, whatever their order on disk. */
export const sha256OfFolder = async (folder: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(`${await sha256Of(join(folder, name))}  ${name}\n`)
  return hash.digest('hex')
}

/** @throws EngineError when what arrived is not what was pinned */
export const expectChecksum = (what: string, actual: string, pinned: string): void => {
  if (actual === pinned) return
  throw new EngineError(
    `${what} arrived with another content than expected (sha256 ${actual}, expected ${pinned}): try again, and if it stays so do not trust the source.`,
  )
}

export interface Provision {
  /** Folder name in the cache; holds the version, so that another version is another folder. */
  name: string
  what: string
  log: Log
  /** Fills the empty folder. It is moved to its place only when this resolves. */
  fill(folder: string): Promise<void>
}

/** The filled folder: at once when an earlier run has filled it, and filled by one process only. */
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
      // Engines that do not run as the owner read it too.
      chmodSync(fresh, 0o755)
      renameSync(fresh, folder)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      throw error
    }
    return folder
  })
}
