// Orphan cleanup: stops an engine whose owner was killed, and refuses a data folder whose engine has a living owner.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { EngineError, type Log } from './engine.ts'
import { type Holder, hasCode, holderOf, isRunning } from './lock.ts'

interface Record {
  engine: Holder
  owner: Holder
}

/** Records which engine process runs on a data folder, and which process owns it. */
export const writeRecord = (file: string, pid: number): void =>
  writeFileSync(file, JSON.stringify({ engine: holderOf(pid), owner: holderOf(process.pid) } satisfies Record))

export const removeRecord = (file: string): void => rmSync(file, { force: true })

const readRecord = (file: string): Record | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record
  } catch {
    // Absent, or a crash interrupted the write. The engine's own locks still guard the data.
    return null
  }
}

/** True while any process of the group lives: an engine may consist of a launcher and a server. */
const isGroupAlive = (leader: number): boolean => {
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

/** Waits until the group has ended, and kills it after `timeoutMs`. */
export const awaitGroupEnd = async (leader: number, timeoutMs: number): Promise<void> => {
  const deadline = performance.now() + timeoutMs
  while (isGroupAlive(leader)) {
    if (performance.now() > deadline) signalGroup(leader, 'SIGKILL')
    await delay(20)
  }
}

/** Stops an orphaned engine on the data folder. @throws EngineError when the owner of the engine lives */
export const stopOrphan = async (file: string, dataDir: string, timeoutMs: number, log: Log): Promise<void> => {
  const record = readRecord(file)
  if (record !== null && isRunning(record.engine)) {
    if (isRunning(record.owner))
      throw new EngineError(
        `Process ${record.owner.pid} already runs an engine on ${dataDir}: stop it first, or choose another folder.`,
      )
    log('stopping an engine that an earlier run left behind')
    process.kill(record.engine.pid, 'SIGTERM')
    await awaitGroupEnd(record.engine.pid, timeoutMs)
  }
  removeRecord(file)
}
