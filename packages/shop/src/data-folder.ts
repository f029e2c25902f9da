// The shop's data folder: one shop at a time (a lock that a killed shop does not keep), and what is running where.
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHolder, tryLock, unlock } from '@cartwright/native'
import { ProgramError } from '@cartwright/service-kit'

export interface DataFolder {
  path(...parts: string[]): string
  /** Tells other programs where things run; written whole or not at all. */
  writeRunning(running: object): void
  /** Gives the lock back and removes what `writeRunning` wrote. */
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
  // Databases, secrets and mails are their owner's business.
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
