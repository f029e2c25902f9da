// Seeded random numbers: the same seed gives the same numbers, scripts and faults.
import { expect, test } from 'vitest'
import { drawFaults, weights } from './faults/schedule.ts'
import { seededRandom } from './random.ts'
import { drawScripts } from './shoppers/script.ts'

const draw = (seed: number) => {
  const random = seededRandom(seed)
  return {
    scripts: drawScripts(random.branch('shoppers'), {
      shoppers: 20,
      assortment: { ample: ['A', 'B'], tight: ['C'], last: ['D'] },
      codes: { shared: 'HALF', single: ['ONE', 'TWO'], free: ['GIFT'] },
      durationMs: 20_000,
    }),
    faults: drawFaults(random.branch('faults'), { durationMs: 20_000, count: 12 }),
  }
}

test('the same seed gives the same shoppers and the same faults', () => {
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

test('a branch gives the same numbers whatever its siblings drew', () => {
  const [one, two] = [seededRandom(1), seededRandom(1)]
  one.branch('a').next()
  one.next()
  expect(one.branch('b').next()).toBe(two.branch('b').next())
})

test('numbers stay in their range and reach both ends', () => {
  const random = seededRandom('range')
  const drawn = Array.from({ length: 2000 }, () => random.int(3, 6))
  expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6]))
})

test('a schedule never draws an unsupported fault, and draws every other kind', () => {
  const without = new Set(['database-kill', 'database-stop'] as const)
  const kinds = new Set(drawFaults(seededRandom(1), { durationMs: 20_000, count: 3000, without }).map(({ fault }) => fault.kind))
  expect(kinds).toEqual(new Set(Object.keys(weights).filter((kind) => !without.has(kind as 'database-kill'))))
})

test('a shuffled list keeps all its items', () => {
  expect(seededRandom(3).shuffled([1, 2, 3, 4, 5]).toSorted()).toEqual([1, 2, 3, 4, 5])
})

test('some freezes last longer than leases and sessions when the run is long enough', () => {
  const longest = (kind: 'freeze' | 'kafka-freeze', durationMs: number) =>
    Math.max(
      ...drawFaults(seededRandom(2), { durationMs, count: 200, only: [kind] }).map(({ fault }) =>
        'forMs' in fault ? fault.forMs : 0,
      ),
    )
  expect(longest('freeze', 24_000)).toBeGreaterThan(15_000)
  expect(longest('kafka-freeze', 24_000)).toBeGreaterThan(10_000)
  expect(longest('freeze', 8000)).toBeLessThan(3000)
})
