// Company: who sets out with whom, that nobody waits long for anybody, and that each learns of its own end.
import { expect, test } from 'vitest'
import { company } from './company.ts'

const bench = (options: { size?: number; patienceMs?: number; ok?: boolean } = {}) => {
  const trips: string[][] = []
  const gates: (() => void)[] = []
  const travel = async (members: readonly string[]): Promise<void> => {
    trips.push([...members])
    await new Promise<void>((resolve) => gates.push(resolve))
  }
  const crowd = company<string>({
    size: options.size ?? 16,
    patienceMs: options.patienceMs ?? 60_000,
    together: async (members) => {
      await travel(members)
      return options.ok ?? true
    },
    alone: async (member) => {
      await travel([member])
      if (member === 'bad') throw new Error('a defect')
    },
  })
  /** Lets everybody who is under way arrive, and those behind them set out. */
  const arrive = async () => {
    for (const gate of gates.splice(0)) gate()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { crowd, trips, arrive }
}

test('one that is alone goes at once, and those that come meanwhile go together', async () => {
  const { crowd, trips, arrive } = bench()
  const first = crowd.join('a')
  await Promise.resolve()
  expect(trips).toEqual([['a']])
  const rest = [crowd.join('b'), crowd.join('c')]
  await arrive()
  await first
  expect(trips).toEqual([['a'], ['b', 'c']])
  await arrive()
  await Promise.all(rest)
})

test('what is handed out in one turn sets out together, at most so many', async () => {
  const { crowd, trips, arrive } = bench({ size: 2 })
  const all = ['a', 'b', 'c'].map((member) => crowd.join(member))
  await arrive()
  await arrive()
  await arrive()
  await Promise.all(all)
  expect(trips).toEqual([['a', 'b'], ['c']])
})

test('a slow one is not waited for beyond the patience of those behind it', async () => {
  const { crowd, trips, arrive } = bench({ patienceMs: 10 })
  void crowd.join('slow')
  await Promise.resolve()
  void crowd.join('b')
  await expect.poll(() => trips).toEqual([['slow'], ['b']])
  await arrive()
})

test('when they cannot go together each goes alone, and learns of its own end only', async () => {
  const { crowd, trips, arrive } = bench({ ok: false })
  const ends = Promise.allSettled(['a', 'bad', 'c'].map((member) => crowd.join(member)))
  await arrive()
  await arrive()
  await arrive()
  expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(trips).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
})
