// Which passwords are accepted: at least 8 characters, at most 72 bytes (bcrypt reads no more), and nothing that is guessed early.
import { AppError } from '@cartwright/contracts'
import { maxPasswordBytes } from './hasher.ts'
import type { PasswordStrength } from './strength.ts'

const minCharacters = 8
const minScore = 2

/** Characters as people see them: an emoji, or a letter with its accent, is one. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const hasCharacters = (text: string, least: number): boolean => {
  const each = graphemes.segment(text)[Symbol.iterator]()
  for (let count = 0; count < least; count++) if (each.next().done) return false
  return true
}

const formOf = (password: string): string | null => {
  if (Buffer.byteLength(password) > maxPasswordBytes) return `has more than ${maxPasswordBytes} bytes`
  if (!hasCharacters(password, minCharacters)) return `has fewer than ${minCharacters} characters`
  if (!password.isWellFormed()) return 'holds half a character'
  return password.includes('\0') ? 'holds a NUL character' : null
}

export interface PasswordChoice {
  password: string
  /** Where it stands in the request. */
  field: '/password' | '/newPassword'
  /** What an attacker knows of the account: its address, its name. */
  context: readonly string[]
}

/** @throws AppError password_weak, naming the field; upstream_unavailable when too many are being checked */
export const assertAcceptable = async (
  { password, field, context }: PasswordChoice,
  { strength }: { strength: PasswordStrength },
): Promise<void> => {
  const composed = password.normalize('NFC')
  const problem =
    formOf(composed) ?? ((await strength.score(composed, context)) < minScore ? 'is among the first that are guessed' : null)
  if (problem) throw new AppError('password_weak', `the password ${problem}`, { errors: [{ path: field, message: problem }] })
}
