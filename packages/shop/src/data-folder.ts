// Data folder of the shop: a lock that admits one shop at a time, and `running.json` with the addresses of all parts.
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHolder, tryLock, unlock } from '@cartwright/native'
import { ProgramError } from '@cartwright/service-kit'

export interface DataFolder {
  path(...parts: string[]): string
  /** Writes `running.json` atomically, for other programs. */
  writeRunning(running: object): void
  /** Releases the lock and removes `running.json`. */
  close(): void
}

const takeLock = (file: string): void => {
  if (tryLock(file)) return
  const holder = readHolder(file)
  throw new ProgramError(
    holder
      ? `A shop already runs on this data folder (process ${holder.pid}). Stop it first, or set SHOP_DATA_DIR to another folder.`
      : `The lock ${file} cannot be taken: another shop is starting at the same moment. Try again.`,
  )
}

/** Opens and locks the folder. @throws ProgramError when another shop runs on it */
export const openDataFolder = (root: string): DataFolder => {
  mkdirSync(root, { recursive: true })
  // Only the owner may read databases, secrets and mails.
  chmodSync(root, 0o700)
  const lock = join(root, 'shop.lock')
  const running = join(root, 'running.json')
  takeLock(lock)
  rmSync(running, { force: true })
  return {
    path: (...parts) => join(root, ...parts),
    writeRunning: (value) => {
      rmSync(`${running}.new`, { force: true })
      writeFileSync(`${running}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
      renameSync(`${running}.new`, running)
    },
    close: () => {
      rmSync(running, { force: true })
      unlock(lock)
    },
  }
}
