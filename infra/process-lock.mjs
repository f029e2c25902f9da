// Lock between processes: a file that holds the id of its holder. Creating it is atomic, and the lock of a dead process is free.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const pollMs = 300

/** @returns whether this process has created the file */
const tryLock = (file) => {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

/** The process that holds the lock; NaN when the file is gone or not yet written. */
const holderOf = (file) => {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return Number.NaN
  }
}

const isDead = (pid) => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/**
 * Runs `work` while no other process holds the lock.
 * @param onWait gets the holder's process id, once, when the lock is taken
 */
export const withLock = async (file, onWait, work) => {
  let isReported = false
  while (!tryLock(file)) {
    const holder = holderOf(file)
    if (holder && isDead(holder)) rmSync(file, { force: true })
    else if (holder && !isReported) {
      onWait(holder)
      isReported = true
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
