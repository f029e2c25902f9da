// The shop's data folder: one shop at a time (a lock that a killed shop does not keep), and what is running where.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProgramError } from '@cartwright/service-kit'

export interface DataFolder {
  path(...parts: string[]): string
  /** Tells other programs where things run; written whole or not at all. */
  writeRunning(running: object): void
  /** Gives the lock back and removes what `writeRunning` wrote. */
  close(): void
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

interface Holder {
  pid: number
  /** When the holder's process began, so that a pid that was given anew is not taken for it. */
  began: string
}

/** The start time of a process in clock ticks, where the system tells; empty elsewhere. */
const beginningOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

const readHolder = (file: string): Holder | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    // Absent, or cut short by a crash while it was written: nobody holds it.
    return null
  }
}

const takeLock = (file: string): void => {
  const own = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) } satisfies Holder)
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, own, { flag: 'wx' })
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = readHolder(file)
    if (holder && isAlive(holder.pid) && beginningOf(holder.pid) === holder.began) {
      throw new ProgramError(
        `A shop already runs on this data folder (process ${holder.pid}). Stop it first, or set SHOP_DATA_DIR to another folder.`,
      )
    }
    rmSync(file, { force: true })
  }
  throw new ProgramError(`The lock ${file} cannot be taken: another shop is starting at the same moment. Try again.`)
}

/** Opens and locks the folder. @throws ProgramError when another shop runs on it */
export const openDataFolder = (root: string): DataFolder => {
  mkdirSync(root, { recursive: true })
  const lock = join(root, 'shop.lock')
  const running = join(root, 'running.json')
  takeLock(lock)
  rmSync(running, { force: true })
  return {
    path: (...parts) => join(root, ...parts),
    writeRunning: (value) => {
      writeFileSync(`${running}.new`, `${JSON.stringify(value, null, 2)}\n`)
      renameSync(`${running}.new`, running)
    },
    close: () => {
      rmSync(running, { force: true })
      rmSync(lock, { force: true })
    },
  }
}
