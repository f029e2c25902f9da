// Estimates how hard a password is to guess with zxcvbn, on a thread of its own: its dictionaries take seconds of nobody else's time.
import { threadPool } from './thread-pool.ts'

/** Characters that are looked at. The time grows faster than the length, and what begins well is not made worse by more. */
const maxRead = 40
/** The name of the shop is the first thing that is tried. */
const shopWords = ['cartwright', 'cartwright shop']

export interface PasswordStrength {
  /**
   * From 0, guessed at once, to 4.
   * @param context what an attacker knows of the account: its address, its name
   * @throws AppError upstream_unavailable when too many are waiting
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
    .map((word) => word.normalize('NFC').toLowerCase().slice(0, maxRead))
    .filter((word) => word.length > 2)

export const passwordStrength = ({ idleMs = 60_000 }: { idleMs?: number } = {}): PasswordStrength => {
  const worker = new URL('./strength-worker.mjs', import.meta.url)
  const pool = threadPool<Request, number>({ worker, threads: 1, idleMs, maxWaiting: 128, heapMb: 160 })
  return {
    score: (password, context) =>
      pool.run({ password: password.slice(0, maxRead), context: [...new Set([...shopWords, ...wordsOf(context)])].slice(0, 40) }),
    close: pool.close,
  }
}
