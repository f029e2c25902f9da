// Which passwords are accepted.
import { describe, expect, test } from 'vitest'
import { assertAcceptable } from './rules.ts'

describe('acceptable passwords', () => {
  test.each(['correct horse', 'ü'.repeat(36), 'x'.repeat(72), '8 bytes!'])('%s is accepted', (password) => {
    expect(() => assertAcceptable(password, '/password')).not.toThrow()
  })
  test.each(['', 'seven77', 'x'.repeat(73), 'ü'.repeat(37), 'PASSWORD123', 'qwertyuiop', '12345678', '99999999', 'nul\0inside'])(
    '%j is refused, naming the field',
    (password) => {
      expect(() => assertAcceptable(password, '/newPassword')).toThrow(
        expect.objectContaining({
          code: 'password_weak',
          extras: { errors: [expect.objectContaining({ path: '/newPassword' })] },
        }),
      )
    },
  )
})
