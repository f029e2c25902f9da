// Lock files: only a living process holds a lock.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holderOf, tryLock, unlock, withLock } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'cartwright-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a lock is taken once, and again after its release', () => {
  const file = join(folder, 'once')
  expect(tryLock(file)).toBe(true)
  expect(tryLock(file)).toBe(false)
  unlock(file)
  expect(tryLock(file)).toBe(true)
})

test('a lock whose holder has ended is free, also when its pid belongs to another process now', () => {
  const dead = join(folder, 'dead')
  writeFileSync(dead, JSON.stringify({ pid: 2 ** 22 + 1, began: '' }))
  expect(tryLock(dead)).toBe(true)
  const reused = join(folder, 'reused')
  writeFileSync(reused, JSON.stringify({ ...holderOf(process.pid), began: 'earlier' }))
  expect(tryLock(reused)).toBe(true)
})

test('a lock file whose write a crash interrupted is free', () => {
  const file = join(folder, 'torn')
  writeFileSync(file, '{"pid":')
  expect(tryLock(file)).toBe(true)
})

test('work that fails releases its lock', async () => {
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
