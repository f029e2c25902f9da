// Lock file between processes. The lock of a process that was killed is free, even when another process has the same pid now.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './engine.ts'

/** A process. The time of its start distinguishes it from a later process with the same pid. */
export interface Holder {
  pid: number
  began: string
}

/** Start of a process in clock ticks; empty on systems without /proc, null for a zombie. */
const readStartTime = (pid: number): string | null => {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return state === 'Z' || state === 'X' ? null : (rest[18] ?? '')
  } catch {
    // No such process, or a system without /proc.
    return ''
  }
}

export const holderOf = (pid: number): Holder => ({ pid, began: readStartTime(pid) ?? '' })

/** Whether a process with this pid exists, also one that this process may not signal. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

export const isRunning = (holder: Holder): boolean => isAlive(holder.pid) && readStartTime(holder.pid) === holder.began

export const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** The process that holds the lock, or held it when it was killed; null when there is none. */
export const readHolder = (file: string): Holder | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    // Absent, or a crash interrupted the write: the lock is free.
    return null
  }
}

/** Takes the lock unless a living process holds it. @returns whether this process has it now */
export const tryLock = (file: string): boolean => {
  mkdirSync(dirname(file), { recursive: true })
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, JSON.stringify(holderOf(process.pid)), { flag: 'wx' })
      return true
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
    const holder = readHolder(file)
    if (holder !== null && isRunning(holder)) return false
    rmSync(file, { force: true })
  }
  return false
}

export const unlock = (file: string): void => rmSync(file, { force: true })

/** Runs `work` under the lock. Waits without a limit, and logs every minute that it waits. */
export const withLock = async <T>(file: string, what: string, log: Log, work: () => Promise<T>): Promise<T> => {
  for (let waitedMs = 0; !tryLock(file); waitedMs += 200) {
    if (waitedMs % 60_000 === 0) log(`waiting for another process that is preparing ${what}`)
    await pause(200)
  }
  try {
    return await work()
  } finally {
    unlock(file)
  }
}
