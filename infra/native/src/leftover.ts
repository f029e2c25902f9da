// Ends what a killed run left behind on a data folder, and refuses a folder on which somebody's engine runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { EngineError, type Log } from './engine.ts'
import { type Holder, hasCode, holderOf, isRunning } from './lock.ts'

interface Record {
  engine: Holder
  owner: Holder
}

/** Notes which process runs on a data folder and for whom. */
export const writeRecord = (file: string, pid: number): void =>
  writeFileSync(file, JSON.stringify({ engine: holderOf(pid), owner: holderOf(process.pid) } satisfies Record))

export const removeRecord = (file: string): void => rmSync(file, { force: true })

const readRecord = (file: string): Record | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record
  } catch {
    // Absent, or cut short by a crash while it was written: the engine's own locks still guard the data.
    return null
  }
}

/** True as long as any process of the group lives: an engine may consist of a launcher and a server. */
export const groupLives = (leader: number): boolean => {
  try {
    process.kill(-leader, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

export const signalGroup = (leader: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-leader, signal)
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/** Waits until the group is gone; after `patienceMs` it is killed. */
export const awaitGroupEnd = async (leader: number, patienceMs: number): Promise<void> => {
  const until = performance.now() + patienceMs
  while (groupLives(leader)) {
    if (performance.now() > until) signalGroup(leader, 'SIGKILL')
    await pause(20)
  }
}

/** Makes the data folder free. @throws EngineError when a living process owns the engine on it */
export const endLeftover = async (file: string, dataDir: string, patienceMs: number, log: Log): Promise<void> => {
  const record = readRecord(file)
  if (record !== null && isRunning(record.engine)) {
    if (isRunning(record.owner))
      throw new EngineError(
        `Process ${record.owner.pid} already runs an engine on ${dataDir}: stop it first, or choose another folder.`,
      )
    log('ending an engine that a former run left behind')
    process.kill(record.engine.pid, 'SIGTERM')
    await awaitGroupEnd(record.engine.pid, patienceMs)
  }
  removeRecord(file)
}
