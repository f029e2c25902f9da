// Password hasher: bcrypt on a worker pool. Passwords are composed (NFC) first, so that keyboards that decompose letters match.
import { availableParallelism } from 'node:os'
import { type BeforeRun, createThreadPool } from './thread-pool.ts'

export type { BeforeRun } from './thread-pool.ts'

export interface PasswordHasher {
  /**
   * @param salt of an earlier hash, so that equal passwords have equal hashes; a new one when left out
   * @throws AppError upstream_unavailable when the queue is full, and the errors of `before`
   */
  hash(password: string, salt?: string, before?: BeforeRun): Promise<string>
  /**
   * Compares even when there is no hash, so that unknown accounts take as long as known ones.
   * @throws AppError upstream_unavailable when the queue is full, and the errors of `before`
   */
  matches(password: string, hash: string | null, before?: BeforeRun): Promise<boolean>
  /** Number of running threads, for tests. */
  threads(): number
  close(): Promise<void>
}

interface HasherOptions {
  cost: number
  /** Threads at most; as many as there are cores when left out. */
  threads?: number
  /** Milliseconds without work after which the threads end. */
  idleMs?: number
  /** Largest number of waiting tasks. */
  maxWaiting?: number
}

/** A request to the worker: compares when there is a hash, and hashes otherwise. */
interface Request {
  password: string
  cost: number
  hash: string | null
  salt: string | null
}

/** bcrypt ignores further bytes, so a longer password would match every password with the same first 72 bytes. */
export const maxPasswordBytes = 72

/** Version, cost and salt of a hash: with the same ones, equal passwords have equal hashes. */
export const saltOf = (hash: string): string => hash.slice(0, 29)

/** A well-formed hash that no password has. A comparison with it costs as much as any other. */
const dummyHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'C6UzMDM.H6dfI/f/IKcEeO'}${'7'.repeat(31)}`

/** @param options the cost is bcrypt's, 4 to 15 */
export const createPasswordHasher = ({
  cost,
  threads = availableParallelism(),
  idleMs = 30_000,
  maxWaiting = 512,
}: HasherOptions): PasswordHasher => {
  const worker = new URL('./bcrypt-worker.mjs', import.meta.url)
  const pool = createThreadPool<Request, string | boolean>({ worker, threads, idleMs, maxWaiting, heapMb: 32 })
  const isEqual = async (password: string, known: string | null, before?: BeforeRun): Promise<boolean> => {
    const equal = await pool.run({ password, cost, hash: known ?? dummyHash(cost), salt: null }, before)
    return known !== null && equal === true && Buffer.byteLength(password) <= maxPasswordBytes
  }
  return {
    hash: async (password, salt, before) => {
      const composed = password.normalize('NFC')
      const hash = String(await pool.run({ password: composed, cost, hash: null, salt: salt ?? null }, before))
      // A comparison of such a password runs twice, so a hash that stands for a comparison does too.
      if (salt !== undefined && composed !== password) await isEqual(password, null, before)
      return hash
    },
    matches: async (password, known, before) => {
      const composed = password.normalize('NFC')
      if (await isEqual(composed, known, before)) return true
      // Older hashes hold the password as it was typed. Whether this runs depends on the input only, not on the account.
      return composed !== password && isEqual(password, known, before)
    },
    threads: pool.threads,
    close: pool.close,
  }
}
