// Password strength estimator: zxcvbn on a worker thread, because loading its dictionaries takes seconds.
import { createThreadPool } from './thread-pool.ts'

/** Characters that zxcvbn reads. Its time grows faster than the length, and further characters do not weaken a password. */
const maxLength = 40
/** Attackers try the name of the shop early. */
const shopWords = ['cartwright', 'cartwright shop']

export interface PasswordStrength {
  /**
   * From 0, guessed at once, to 4.
   * @param context texts that an attacker knows of the account: address and name
   * @throws AppError upstream_unavailable when the queue is full
   */
  score(password: string, context: readonly string[]): Promise<number>
  close(): Promise<void>
}

interface Request {
  password: string
  context: string[]
}

const wordsOf = (context: readonly string[]): string[] =>
  [...context, ...context.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))]
    .map((word) => word.normalize('NFC').toLowerCase().slice(0, maxLength))
    .filter((word) => word.length > 2)

export const createPasswordStrength = ({ idleMs = 60_000 }: { idleMs?: number } = {}): PasswordStrength => {
  const worker = new URL('./strength-worker.mjs', import.meta.url)
  const pool = createThreadPool<Request, number>({ worker, threads: 1, idleMs, maxWaiting: 128, heapMb: 160 })
  return {
    score: (password, context) =>
      pool.run({
        password: password.slice(0, maxLength),
        context: [...new Set([...shopWords, ...wordsOf(context)])].slice(0, 40),
      }),
    close: pool.close,
  }
}
