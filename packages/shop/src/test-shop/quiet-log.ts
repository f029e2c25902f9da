// Log of a shop under test, complete: services write their lines in blocks, a moment after they log them.
import { existsSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@cartwright/testing'

/** Longer than a line waits for others. */
const quietMs = 500

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

/** Resolves when nothing has been written to the file for a while. */
export const quietLog = async (file: string): Promise<void> => {
  await eventually('the log is quiet', async () => {
    const before = sizeOf(file)
    await delay(quietMs)
    return sizeOf(file) === before
  })
}
