// Classification of errors: of the driver, of Prisma around it, and others.
import { describe, expect, test } from 'vitest'
import { asConflict, ConflictError, errnoOf, isRetryable, isTransient, TransactionTimeout } from './errors.ts'

const driver = (errno: number, more: object = {}) => Object.assign(new Error('x'), { errno, ...more })
/** As Prisma 7 with adapter-mariadb throws it: P2039 or P2010 with the engine's number deep inside. */
const prisma = (originalCode: string) =>
  Object.assign(new Error('x'), {
    code: 'P2039',
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause: { originalCode, kind: 'mysql' } } },
  })
const coded = (code: string) => Object.assign(new Error('x'), { code })

describe('an error is transient', () => {
  test.each([
    ['a deadlock', driver(1213)],
    ['a lock wait', driver(1205)],
    ['too many connections', driver(1040)],
    ['a shutdown', driver(1053)],
    ['the statement limit of MySQL', driver(3024)],
    ['a pool that got no connection', driver(45028)],
    ['a socket that closed', driver(45009, { sqlState: '08S01' })],
    ['a refused connection', coded('ECONNREFUSED')],
    ['a pool timeout within Prisma', prisma('45028')],
    ['a deadlock within Prisma', prisma('1213')],
    ['a socket within Prisma', coded('ECONNRESET')],
    ['a code of Prisma', coded('P1001')],
    ['the cause of another error', new Error('y', { cause: driver(1213) })],
    ['a transaction that took too long', new TransactionTimeout(10)],
  ])('when it is %s', (_, error) => expect(isTransient(error)).toBe(true))
})

describe('an error is not transient', () => {
  test.each([
    ['a unique key', driver(1062)],
    ['an unknown column', driver(1054)],
    ['an unknown column within Prisma', prisma('1054')],
    ['a defect', new TypeError('x')],
    ['undefined', undefined],
    ['a text', 'ECONNRESET'],
    ['a loop of causes', Object.assign(new Error('x'), { cause: 'y' })],
  ])('when it is %s', (_, error) => expect(isTransient(error)).toBe(false))
})

test('a transaction runs again only after a deadlock, a lock wait or a changed record', () => {
  expect([1213, 1205, 1020, 1969, 1062].map((errno) => isRetryable(driver(errno)))).toEqual([true, true, true, false, false])
  expect([errnoOf(driver(1)), errnoOf(prisma('1062')), errnoOf(null), errnoOf({ errno: 'EX' })]).toEqual([
    1,
    1062,
    undefined,
    undefined,
  ])
})

test.each([
  ["Duplicate entry 'x' for key 'account_email'", 'account_email'],
  ["Duplicate entry 'x' for key 'account.account_email'", 'account_email'],
  ['something else', 'unknown'],
])('a conflict names its key on either engine: %s', (message, key) => {
  expect(asConflict(Object.assign(new Error(message), { errno: 1062 }))).toMatchObject({ name: 'ConflictError', key })
  expect(asConflict(driver(1213))).not.toBeInstanceOf(ConflictError)
})
