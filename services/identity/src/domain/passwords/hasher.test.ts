// Password hasher: equal cost with and without a hash, threads on demand, a bounded queue.
import { AppError } from '@cartwright/contracts'
import { hashSync } from 'bcryptjs'
import { afterEach, describe, expect, test } from 'vitest'
import { createPasswordHasher, type PasswordHasher, saltOf } from './hasher.ts'

describe('the password hasher', () => {
  let hasher: PasswordHasher
  afterEach(() => hasher.close())

  test('matches a hash with its own password only', async () => {
    hasher = createPasswordHasher({ cost: 4 })
    const hash = await hasher.hash('correct horse')
    expect(hash).toMatch(/^\$2b\$04\$/)
    expect(await hasher.matches('correct horse', hash)).toBe(true)
    expect(await hasher.matches('wrong horse', hash)).toBe(false)
  })

  test('compares without a hash at the cost of a comparison, and matches nothing', { timeout: 30_000 }, async () => {
    hasher = createPasswordHasher({ cost: 9, threads: 1 })
    const hash = await hasher.hash('correct horse')
    const timed = async (known: string | null) => {
      const started = performance.now()
      expect(await hasher.matches('wrong horse', known)).toBe(false)
      return performance.now() - started
    }
    // Alternating, so that load on the machine affects both.
    const times: { known: number; unknown: number }[] = []
    for (let turn = 0; turn < 8; turn++) times.push({ known: await timed(hash), unknown: await timed(null) })
    const [known, unknown] = [Math.min(...times.map((of) => of.known)), Math.min(...times.map((of) => of.unknown))]
    expect(unknown).toBeGreaterThan(known / 2)
    expect(unknown).toBeLessThan(known * 2)
  })

  test('does not match a password beyond 72 bytes with one that begins alike', async () => {
    hasher = createPasswordHasher({ cost: 4 })
    const hash = await hasher.hash('x'.repeat(72))
    expect(await hasher.matches('x'.repeat(73), hash)).toBe(false)
  })

  test.each([
    ['é', 'e\u0301'],
    ['ü', 'u\u0308'],
    ['한', '\u1112\u1161\u11ab'],
  ])('%s is one letter, composed or not', async (composed, apart) => {
    hasher = createPasswordHasher({ cost: 4 })
    const hash = await hasher.hash(`pass ${composed} word`)
    expect(await hasher.matches(`pass ${apart} word`, hash)).toBe(true)
    expect(await hasher.matches(`pass ${composed} word`, await hasher.hash(`pass ${apart} word`))).toBe(true)
    expect(await hasher.matches('pass  word', hash)).toBe(false)
  })

  test('matches an older hash with the password as it was typed', async () => {
    hasher = createPasswordHasher({ cost: 4 })
    const typed = 'caf\u0065\u0301 au lait'
    expect(await hasher.matches(typed, hashSync(typed, 4))).toBe(true)
  })

  test('makes equal hashes of equal passwords with the salt of an earlier hash', async () => {
    hasher = createPasswordHasher({ cost: 4 })
    const hash = await hasher.hash('correct horse')
    expect(await hasher.hash('correct horse', saltOf(hash))).toBe(hash)
    expect(await hasher.hash('correct house', saltOf(hash))).not.toBe(hash)
    expect(await hasher.hash('correct horse')).not.toBe(hash)
  })

  test('starts threads on demand up to the limit and ends them when idle', async () => {
    hasher = createPasswordHasher({ cost: 4, threads: 2, idleMs: 1 })
    expect(hasher.threads()).toBe(0)
    const work = Promise.all(Array.from({ length: 6 }, () => hasher.hash('some password')))
    expect(hasher.threads()).toBe(2)
    await work
    await expect.poll(() => hasher.threads()).toBe(0)
    expect(await hasher.hash('some password')).toMatch(/^\$2b/)
  })

  test('runs the next task when the check before a task fails', async () => {
    hasher = createPasswordHasher({ cost: 4, threads: 1 })
    const refused = hasher.matches('a', null, async () => {
      throw new AppError('too_many_attempts')
    })
    const next = hasher.matches('b', null, async () => undefined)
    await expect(refused).rejects.toMatchObject({ code: 'too_many_attempts' })
    expect(await next).toBe(false)
  })

  test('refuses a task when the queue is full', async () => {
    hasher = createPasswordHasher({ cost: 4, threads: 1, maxWaiting: 2 })
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash('some password')))
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(2)
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({ code: 'upstream_unavailable' })
  })
})
