// Hashes and compares passwords with bcrypt on a worker pool. A password counts in its composed form (NFC), however a keyboard spells it.
import { availableParallelism } from 'node:os'
import { type BeforeTurn, threadPool } from './thread-pool.ts'

export type { BeforeTurn } from './thread-pool.ts'

export interface PasswordHasher {
  /**
   * @param salt of an earlier hash, so that equal passwords have equal hashes; a new one when left out
   * @throws AppError upstream_unavailable when too many are waiting, and whatever `before` throws
   */
  hash(password: string, salt?: string, before?: BeforeTurn): Promise<string>
  /**
   * Compares even when there is no hash, so that unknown accounts take as long as known ones.
   * @throws AppError upstream_unavailable when too many are waiting, and whatever `before` throws
   */
  matches(password: string, hash: string | null, before?: BeforeTurn): Promise<boolean>
  /** Threads that are alive, for whoever measures. */
  threads(): number
  close(): Promise<void>
}

export interface HasherOptions {
  cost: number
  /** Threads at most; as many as there are cores when left out. */
  threads?: number
  /** Milliseconds without work after which the threads end. */
  idleMs?: number
  /** Tasks that may wait. */
  maxWaiting?: number
}

/** What the worker does: compares where there is a hash, and hashes otherwise. */
interface Request {
  password: string
  cost: number
  hash: string | null
  salt: string | null
}

/** bcrypt reads no more than this, so a longer password would match everything that begins alike. */
export const maxPasswordBytes = 72

/** The part of a hash that makes equal passwords equal: version, cost and salt. */
export const saltOf = (hash: string): string => hash.slice(0, 29)

/** Well-formed, but no password leads to it: comparing with it costs what any comparison costs. */
const decoy = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'C6UzMDM.H6dfI/f/IKcEeO'}${'7'.repeat(31)}`

/** @param options the cost is bcrypt's, 4 to 15 */
export const passwordHasher = ({
  cost,
  threads = availableParallelism(),
  idleMs = 30_000,
  maxWaiting = 512,
}: HasherOptions): PasswordHasher => {
  const worker = new URL('./worker.mjs', import.meta.url)
  const pool = threadPool<Request, string | boolean>({ worker, threads, idleMs, maxWaiting, heapMb: 32 })
  const isEqual = async (password: string, known: string | null, before?: BeforeTurn): Promise<boolean> => {
    const equal = await pool.run({ password, cost, hash: known ?? decoy(cost), salt: null }, before)
    return known !== null && equal === true && Buffer.byteLength(password) <= maxPasswordBytes
  }
  return {
    hash: async (password, salt, before) => {
      const composed = password.normalize('NFC')
      const hash = String(await pool.run({ password: composed, cost, hash: null, salt: salt ?? null }, before))
      // Stands for a comparison, which takes a second look at such a password.
      if (salt !== undefined && composed !== password) await isEqual(password, null, before)
      return hash
    },
    matches: async (password, known, before) => {
      const composed = password.normalize('NFC')
      if (await isEqual(composed, known, before)) return true
      // Hashes of before passwords were composed hold what was typed then. What is compared depends on the input alone.
      return composed !== password && isEqual(password, known, before)
    },
    threads: pool.threads,
    close: pool.close,
  }
}
