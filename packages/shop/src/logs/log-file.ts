// Log file that other code appends to: reads its new lines, and rotates it by copying and truncating, as the writers keep it open.
import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'

export interface LogLine {
  /** Position of its first byte. */
  at: number
  text: string
}

/** Size in bytes; 0 when the file does not exist. */
export const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

/**
 * Reads whole lines from a position on.
 * @returns the lines, and the position behind the last of them
 */
export const readLines = (path: string, from: number, maxBytes: number): { lines: LogLine[]; next: number } => {
  const length = Math.min(maxBytes, sizeOf(path) - from)
  if (length <= 0) return { lines: [], next: from }
  const bytes = Buffer.alloc(length)
  const file = openSync(path, 'r')
  const read = readSync(file, bytes, 0, length, from)
  closeSync(file)
  const lines: LogLine[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0 && end < read; end = bytes.indexOf(10, start)) {
    lines.push({ at: from + start, text: bytes.toString('utf8', start, end) })
    start = end + 1
  }
  // A line that is longer than a whole read would stop the reader for ever.
  if (start === 0 && length === maxBytes) return { lines: [], next: from + length }
  return { lines, next: from + start }
}

/** Moves the content to `<path>.1`, that to `<path>.2` and so on, and deletes the oldest. @param kept number of old files, at least 1 */
export const rotate = (path: string, kept: number): void => {
  rmSync(`${path}.${kept}`, { force: true })
  for (let nth = kept - 1; nth >= 1; nth--) if (existsSync(`${path}.${nth}`)) renameSync(`${path}.${nth}`, `${path}.${nth + 1}`)
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}
