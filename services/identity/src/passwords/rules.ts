// Which passwords are accepted: 8 to 72 bytes (bcrypt reads no more) and nothing that everybody tries first.
import { AppError } from '@cartwright/contracts'

const stems = [
  'password',
  'passw0rd',
  'qwerty',
  'qwertyui',
  'qwertyuiop',
  'asdfghjk',
  'zxcvbnm',
  'letmein',
  'welcome',
  'iloveyou',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'batman',
  'dragon',
  'monkey',
  'shadow',
  'master',
  'michael',
  'jennifer',
  'trustno1',
  'starwars',
  'whatever',
  'computer',
  'internet',
  'admin',
  'administrator',
  'changeme',
  'secret',
  'default',
  'guest',
  'login',
  'abc',
  'abcd',
  'abcdef',
  'abcdefgh',
  'test',
  'testtest',
  'hello',
  'charlie',
  'summer',
  'winter',
  'spring',
  'autumn',
  'freedom',
  'liverpool',
  'chelsea',
  'arsenal',
  'pokemon',
  'naruto',
  'minecraft',
  'hunter',
  'killer',
  'soccer',
  'hockey',
  'ginger',
  'cookie',
  'chocolate',
  'butterfly',
]
const tails = [
  '',
  '1',
  '12',
  '123',
  '1234',
  '12345',
  '123456',
  '1!',
  '123!',
  '2024',
  '2025',
  '2026',
  '!',
  '1234567',
  '12345678',
  '00',
  '99',
  '01',
]
const common: ReadonlySet<string> = new Set([
  ...stems.flatMap((stem) => tails.map((tail) => stem + tail)),
  ...Array.from({ length: 10 }, (_, digit) => String(digit).repeat(8)),
  '12345678',
  '123456789',
  '1234567890',
  '0123456789',
  '87654321',
  '987654321',
  '11223344',
  '12341234',
  '123123123',
  '1q2w3e4r',
  '1q2w3e4r5t',
  'q1w2e3r4',
  'qazwsxedc',
  '1qaz2wsx',
  'zaq12wsx',
])

/** @throws AppError password_weak, naming the field */
export const assertAcceptable = (password: string, field: '/password' | '/newPassword'): void => {
  const bytes = Buffer.byteLength(password)
  const problem =
    bytes < 8
      ? 'has fewer than 8 bytes'
      : bytes > 72
        ? 'has more than 72 bytes'
        : password.includes('\0')
          ? 'holds a NUL character'
          : common.has(password.toLowerCase())
            ? 'is among the most common passwords'
            : null
  if (problem) throw new AppError('password_weak', `the password ${problem}`, { errors: [{ path: field, message: problem }] })
}
