// Which errors mean "again", which "not now", and which are nobody's weather: the driver's own, Prisma's around it, and plain ones.
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

describe('transient', () => {
  test.each([
    ['a deadlock', driver(1213)],
    ['a lock wait', driver(1205)],
    ['too many connections', driver(1040)],
    ['a shutdown', driver(1053)],
    ['the statement limit of MySQL', driver(3024)],
    ['a pool that got no connection', driver(45028)],
    ['a socket that closed', driver(45009, { sqlState: '08S01' })],
    ['a refused connection', coded('ECONNREFUSED')],
    ['the same within Prisma', prisma('45028')],
    ['a deadlock within Prisma', prisma('1213')],
    ['a socket within Prisma', coded('ECONNRESET')],
    ['Prisma’s own', coded('P1001')],
    ['one that caused another', new Error('y', { cause: driver(1213) })],
    ['a transaction that took too long', new TransactionTimeout(10)],
  ])('%s', (_, error) => expect(isTransient(error)).toBe(true))
})

describe('not transient', () => {
  test.each([
    ['a unique key', driver(1062)],
    ['an unknown column', driver(1054)],
    ['the same within Prisma', prisma('1054')],
    ['a defect', new TypeError('x')],
    ['nothing at all', undefined],
    ['a text', 'ECONNRESET'],
    ['a loop of causes', Object.assign(new Error('x'), { cause: 'y' })],
  ])('%s', (_, error) => expect(isTransient(error)).toBe(false))
})

test('only what rolled the transaction back, or a lock wait, is run again', () => {
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
