// Locks as files: held by a living process, and by nobody else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holderOf, tryLock, unlock, withLock } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'cartwright-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a lock is taken once, and again after it was given back', () => {
  const file = join(folder, 'once')
  expect(tryLock(file)).toBe(true)
  expect(tryLock(file)).toBe(false)
  unlock(file)
  expect(tryLock(file)).toBe(true)
})

test('a lock whose holder died is taken, also when the pid belongs to another process by now', () => {
  const dead = join(folder, 'dead')
  writeFileSync(dead, JSON.stringify({ pid: 2 ** 22 + 1, began: '' }))
  expect(tryLock(dead)).toBe(true)
  const reused = join(folder, 'reused')
  writeFileSync(reused, JSON.stringify({ ...holderOf(process.pid), began: 'earlier' }))
  expect(tryLock(reused)).toBe(true)
})

test('a lock that was cut short by a crash is taken', () => {
  const file = join(folder, 'torn')
  writeFileSync(file, '{"pid":')
  expect(tryLock(file)).toBe(true)
})

test('work under a lock gives it back when it fails', async () => {
  const file = join(folder, 'failing')
  await expect(
    withLock(
      file,
      'nothing',
      () => undefined,
      () => Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('no')
  expect(tryLock(file)).toBe(true)
})
