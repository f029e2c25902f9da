// Password rules: at least 8 characters, at most 72 bytes (bcrypt ignores more), and a zxcvbn score of at least 2.
import { AppError } from '@cartwright/contracts'
import { maxPasswordBytes } from './hasher.ts'
import type { PasswordStrength } from './strength.ts'

const minCharacters = 8
const minScore = 2

/** Counts graphemes: an emoji, or a letter with its accent, is one character. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const hasCharacters = (text: string, least: number): boolean => {
  const each = graphemes.segment(text)[Symbol.iterator]()
  for (let count = 0; count < least; count++) if (each.next().done) return false
  return true
}

const findFormProblem = (password: string): string | null => {
  if (Buffer.byteLength(password) > maxPasswordBytes) return `has more than ${maxPasswordBytes} bytes`
  if (!hasCharacters(password, minCharacters)) return `has fewer than ${minCharacters} characters`
  if (!password.isWellFormed()) return 'holds half a character'
  return password.includes('\0') ? 'holds a NUL character' : null
}

interface PasswordChoice {
  password: string
  /** JSON pointer of the password in the request. */
  field: '/password' | '/newPassword'
  /** Texts that an attacker knows of the account: address and name. */
  context: readonly string[]
}

/** @throws AppError password_weak, naming the field; upstream_unavailable when the queue is full */
export const assertAcceptable = async (
  { password, field, context }: PasswordChoice,
  { strength }: { strength: PasswordStrength },
): Promise<void> => {
  const composed = password.normalize('NFC')
  const problem =
    findFormProblem(composed) ??
    ((await strength.score(composed, context)) < minScore ? 'is among the first that are guessed' : null)
  if (problem)
    throw new AppError('password_weak', {
      detail: `the password ${problem}`,
      extra: { errors: [{ path: field, message: problem }] },
    })
}
