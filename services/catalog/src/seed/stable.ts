// Values of the development shop that are the same in every run: ids, numbers and the day on which it opened.
import { createHash } from 'node:crypto'

const hashOf = (text: string) => createHash('sha256').update(text).digest()

export const stableId = (prefix: string, name: string): string =>
  `${prefix}_00${hashOf(`${prefix}:${name}`).toString('hex').slice(0, 22)}`

/** A number from 0 to `below` − 1, derived from the text. */
export const stableNumber = (text: string, below: number): number => hashOf(text).readUInt32BE() % below

/** A Monday morning. */
export const openedAt = new Date(Date.UTC(2026, 0, 5, 8))
