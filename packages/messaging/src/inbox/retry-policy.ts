// Retry policy of the consumer: which failures are dead-lettered at once, which count as tries, and how long a retry waits.
import { AppError } from '@cartwright/contracts'
import { ConflictError, isTransient } from '@cartwright/db'
import { type DeadReason, QueueEmptied } from '../dead-letters/writer.ts'
import { InvalidEvent } from '../validate.ts'

/** Failures of one message until it is dead-lettered. */
export const maxFailures = 5

/** Why a failure is permanent: trying again gives the same result. Null for every other failure. */
export const permanentReason = (error: unknown): DeadReason | null => {
  if (error instanceof InvalidEvent || error instanceof SyntaxError) return 'invalid'
  return error instanceof AppError ? 'permanent' : null
}

/** Failures of the database do not count. A conflict counts half: the transaction that holds the key may be gone at the next try. */
export const failureWeight = (error: unknown): number => {
  if (isTransient(error) || error instanceof QueueEmptied) return 0
  return error instanceof ConflictError ? 0.5 : 1
}

/** Doubles from 50 ms to 2 s, with jitter. */
export const backoffMs = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 6), 2000) * (0.5 + Math.random())
