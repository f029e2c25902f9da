// Validation of what is sent wrongly on purpose: cheap, with a small answer that still names what is wrong; and the one spelling of values in a query.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
beforeAll(async () => {
  tiny = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red' } })
})
afterAll(() => tiny.stop())

const many = <T>(count: number, of: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n))
const members = (count: number) => Object.fromEntries(many(count, (n) => [`m${n}`, 0]))

/** Bodies of nearly a mebibyte, each wrong in its own way. */
const bodies: [string, string][] = [
  ['80,000 unknown members', JSON.stringify(members(80_000))],
  ['unknown members in a line', JSON.stringify({ lines: [{ sku: 'a', quantity: 1, ...members(70_000) }] })],
  ['unknown members in every line', JSON.stringify({ lines: many(50, () => ({ sku: 'a', quantity: 1, ...members(1500) })) })],
  ['150,000 lines that are none', JSON.stringify({ lines: many(150_000, () => 5) })],
  ['lines without members', JSON.stringify({ lines: many(250_000, () => ({})) })],
  ['names that no pattern takes', JSON.stringify({ names: members(80_000) })],
  ['lists in lists', `{"lines":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
  ['objects in objects', `${'{"lines":'.repeat(90_000)}1${'}'.repeat(90_000)}`],
  ['a list at the top', JSON.stringify(many(300_000, () => 1))],
  ['a long text', JSON.stringify({ name: 'x'.repeat(1_000_000) })],
  ['a long name of a member', JSON.stringify({ ['x'.repeat(1_000_000)]: 1 })],
  ['a name of slashes', JSON.stringify({ ['~/'.repeat(300_000)]: 1 })],
  ['prototypes', `{"a":${JSON.stringify(many(30_000, () => 0))},"__proto__":{"polluted":1}}`],
  ['constructors', JSON.stringify({ constructor: { name: 'x' }, toString: 1, hasOwnProperty: members(40_000) })],
]

describe('a body with', () => {
  test.each(bodies)('%s is 400 in a small answer', async (_, body) => {
    expect(body.length).toBeLessThanOrEqual(1024 * 1024)
    const answer = await tiny.anonymous.post('/v1/options', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(answer.text.length).toBeLessThan(10_000)
    const errors: { path: string; message: string }[] = answer.body.errors
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThanOrEqual(20)
    for (const { path, message } of errors) expect(Math.max(path.length, message.length)).toBeLessThanOrEqual(200)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test.each(bodies)('%s costs about as much as reading it', async (_, body) => {
    const least = async (work: () => unknown): Promise<number> => {
      let leastMs = Number.POSITIVE_INFINITY
      for (let turn = 0; turn < 5; turn++) {
        const started = performance.now()
        await work()
        leastMs = Math.min(leastMs, performance.now() - started)
      }
      return leastMs
    }
    const parsing = await least(() => JSON.parse(body))
    // A body of the same size that is refused before it is validated pays for the way here.
    const refused = await least(() => tiny.anonymous.post('/v1/options', `${body}!`))
    const answered = await least(() => tiny.anonymous.post('/v1/options', body))
    expect(answered).toBeLessThan(2 * refused + 4 * parsing + 40)
  })

  test('unknown members names the first ones and counts the others', async () => {
    const { errors } = (await tiny.anonymous.post('/v1/options', { ...members(80_000), name: 5 })).body
    expect(errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(['/', '/m0', '/m1', '/m2', '/name'])
    expect(errors).toContainEqual({ path: '/', message: 'has 79997 more members that are not known' })
    const few = (await tiny.anonymous.post('/v1/options', members(3))).body.errors
    expect(few.map(({ path }: { path: string }) => path)).toEqual(['/m0', '/m1', '/m2'])
  })

  test('many errors names twenty of them, and one far behind is named too', async () => {
    const wrong = await tiny.anonymous.post('/v1/options', { lines: many(50, () => ({ sku: '', quantity: 0 })) })
    expect(wrong.body.errors).toHaveLength(20)
    const late = many(50, (n) => ({ sku: 'a', quantity: n === 47 ? 0 : 1 }))
    expect((await tiny.anonymous.post('/v1/options', { lines: late })).body.errors).toEqual([
      { path: '/lines/47/quantity', message: 'must be >= 1' },
    ])
  })
})

describe('a query', () => {
  test.each([
    '0x2',
    '1e0',
    '+2',
    ' 2',
    '2 ',
    '2.0',
    '2.',
    '٢',
    '２',
    '02',
    '-0',
    '',
    '1_0',
    '0b1',
    '0o7',
    'NaN',
    'Infinity',
    '1e400',
    '9007199254740993',
  ])('with the number %j is 400', async (typed) => {
    const answer = await tiny.anonymous.get(`/v1/words?limit=${encodeURIComponent(typed)}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/limit', message: 'must be integer' }] } })
  })

  test.each(['TRUE', 'True', '1', '0', 'yes', 'on', '', 'null', ' true'])('with the truth value %j is 400', async (typed) => {
    const answer = await tiny.anonymous.get(`/v1/words?open=${encodeURIComponent(typed)}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/open', message: 'must be boolean' }] } })
  })

  test('says one thing once: two values for one are 400, and one value for several is a list', async () => {
    for (const query of ['limit=1&limit=2', 'open=true&open=true', 'q=a&q=b'])
      expect((await tiny.anonymous.get(`/v1/words?${query}`)).status).toBe(400)
    expect((await tiny.anonymous.get('/v1/words?names=a')).body).toEqual({ names: ['a'] })
    expect((await tiny.anonymous.get('/v1/words?names=1&names=true')).body).toEqual({ names: ['1', 'true'] })
    expect((await tiny.anonymous.get('/v1/words?limit=-7&open=false&q=5')).body).toEqual({ limit: -7, open: false, q: '5' })
  })

  test('of thousands of members is 400 in a small answer', async () => {
    const answer = await tiny.anonymous.get(`/v1/words?${many(2000, (n) => `m${n}=1`).join('&')}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors.length).toBeLessThanOrEqual(20)
    expect(answer.text.length).toBeLessThan(3000)
  })

  test('takes a whole number in the spelling that JavaScript writes, and in no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: -120, max: 120 }).map(String), fc.string({ unit: fc.constantFrom(...'0123456789+-.eExX _') })),
        async (typed) => {
          const answer = await tiny.anonymous.get(`/v1/words?limit=${encodeURIComponent(typed)}`)
          const value = Number(typed)
          const isTaken = Number.isInteger(value) && String(value) === typed && Math.abs(value) <= 100
          expect({ typed, status: answer.status }).toEqual({ typed, status: isTaken ? 200 : 400 })
        },
      ),
      { numRuns: 150 },
    )
  })
})
