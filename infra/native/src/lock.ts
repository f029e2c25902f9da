// Locks between processes as files. A holder that was killed holds nothing, even when its pid was given to another process.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './engine.ts'

/** A process, told apart from a later one with the same pid by the time it began. */
export interface Holder {
  pid: number
  began: string
}

/** When a process began, in the system's clock ticks; empty where the system does not tell, null when it has ended but nobody took note. */
const beginningOf = (pid: number): string | null => {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return state === 'Z' || state === 'X' ? null : (rest[18] ?? '')
  } catch {
    // No such process, or a system without /proc.
    return ''
  }
}

export const holderOf = (pid: number): Holder => ({ pid, began: beginningOf(pid) ?? '' })

/** Whether there is a process with this pid, be it ours to signal or not. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

export const isRunning = (holder: Holder): boolean => isAlive(holder.pid) && beginningOf(holder.pid) === holder.began

export const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** Who holds the lock, or held it when it was killed; null when nobody does. */
export const readHolder = (file: string): Holder | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    // Absent, or cut short by a crash while it was written: nobody holds it.
    return null
  }
}

/** Takes the lock for this process unless a living one holds it; true when it was taken. */
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

/** Runs `work` while no other process holds the lock; waits as long as it takes and says so. */
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
