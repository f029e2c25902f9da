// Password rules and strength.
import { afterAll, describe, expect, test } from 'vitest'
import { assertAcceptable } from './rules.ts'
import { createPasswordStrength } from './strength.ts'

const strength = createPasswordStrength()
afterAll(() => strength.close())
const context = ['carla.field@bakery.example', 'Carla Field']
const choose = (password: string) => assertAcceptable({ password, field: '/newPassword', context }, { strength })

describe('acceptable passwords', () => {
  test.each([
    'correct horse battery',
    'xK9$mQ2!',
    'grün-bläu-fünf-zwölf',
    'пароль из пяти слов',
    '🦊🚲🌧️📚🎻🧭🥨🛶',
    'tr0ub4dor&3 and so on, up to seventy-two bytes, which is what bcrypt rea',
  ])('%s is accepted', async (password) => {
    await expect(choose(password)).resolves.toBeUndefined()
  })

  test.each([
    ['nothing', ''],
    ['seven characters', 'xK9$mQ2'],
    ['two emoji of four bytes each', '😀😀'],
    ['one family of 25 bytes', '👨‍👩‍👧‍👦'],
    ['four letters with their accents apart', 'e\u0301a\u0301o\u0301u\u0301'],
    ['73 bytes', `${'correct horse battery '.repeat(3)}staples`],
    ['37 letters of two bytes', 'äöüßéèêàâîôûçñøåæœšžýþðłđğışćčřůűőăț'.repeat(2).slice(0, 37)],
    ['NUL', 'nul\0inside of it'],
    ['half a character', 'correct \ud83d battery'],
    ['a common one', 'PASSWORD123'],
    ['a common one in another alphabet of crackers', 'P@ssw0rd'],
    ['one letter', 'aaaaaaaa'],
    ['one letter, seventy-two times', 'x'.repeat(72)],
    ['a row of keys', 'qwertyuiop'],
    ['digits in their order', '12345678'],
    ['a date', '24.12.1999'],
    ['the own address', 'carla.field@bakery.example'],
    ['the own address in capitals', 'CARLA.FIELD@BAKERY.EXAMPLE'],
    ['the own name', 'carlafield'],
    ['the shop and a year', 'Cartwright1'],
  ])('%s is refused, naming the field', async (_, password) => {
    await expect(choose(password)).rejects.toMatchObject({
      code: 'password_weak',
      extra: { errors: [expect.objectContaining({ path: '/newPassword' })] },
    })
  })

  test('exclude the user’s own address, also one that is longer than the estimator reads', async () => {
    const address = `${'quite.a.long.mailbox.name'.repeat(2)}@mail.bakery.example`
    const asked = assertAcceptable({ password: address.slice(0, 72), field: '/password', context: [address] }, { strength })
    await expect(asked).rejects.toMatchObject({ code: 'password_weak' })
  })

  test('are estimated off the event loop, also when the estimate takes long', async () => {
    const asked = choose('@4(<{[369!|1/0$57%2'.repeat(3).slice(0, 60))
    let turns = 0
    const ticking = setInterval(() => {
      turns += 1
    }, 1)
    await asked
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(2)
  })
})
