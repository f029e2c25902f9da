// Keeps the list of planted defects honest without running it: every mutant still fits its file, and what must notice it exists.
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { listScenarios } from '../scenarios/catalogue.ts'
import { isHeldByTest, type Mutant, mutate, owners, rules } from './mutant.ts'
import { mutants } from './mutants.ts'
import { chooseMutants, roundsOf } from './run-mutants.ts'
import { declares } from './test-titles.ts'

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../../../../${file}`, import.meta.url)), 'utf8')
const words = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? []
const folderOf: Record<Mutant['owner'], string> = {
  db: 'packages/db/',
  messaging: 'packages/messaging/',
  'service-kit': 'packages/service-kit/',
  gateway: 'services/gateway/',
  identity: 'services/identity/',
  catalog: 'services/catalog/',
  cart: 'services/cart/',
  order: 'services/order/',
  payment: 'services/payment/',
  notification: 'services/notification/',
}

describe.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  const source = read(mutant.file)

  test('stands once in its file and leaves it a program', () => {
    const changed = mutate(mutant, source)
    expect(changed).not.toBe(source)
    expect(() => stripTypeScriptTypes(changed)).not.toThrow()
    // A name that the file does not know would break the code, and prove nothing about its tests.
    const known = new Set([...words(source), 'null', 'undefined', 'performance', 'now'])
    expect(words(mutant.replace).filter((word) => /^[a-z]+[A-Z]|\(/.test(word) && !known.has(word))).toEqual([])
  })

  test('is held by a test or a scenario that exists', () => {
    const { heldBy } = mutant
    if (isHeldByTest(heldBy)) {
      const kind = {
        unit: /(?<!\.(int|flow|kafka))\.test\.ts$/,
        int: /\.int\.test/,
        flow: /\.flow\.test/,
        kafka: /\.kafka\.test/,
      }
      expect(heldBy.file).toMatch(kind[heldBy.project])
      expect(declares(read(heldBy.file), heldBy.title), `${heldBy.file} › ${heldBy.title}`).toBe(true)
    } else expect(listScenarios({ seconds: 20 }).map(({ name }) => name)).toContain(heldBy.scenario)
  })

  test('breaks code of its owner, in one sentence', () => {
    expect(mutant.file.startsWith(folderOf[mutant.owner])).toBe(true)
    expect(mutant.breaks).toMatch(/^[A-Z].*\.$/)
  })
})

test('names are their own, and there are more than thirty', () => {
  const names = mutants.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThanOrEqual(30)
})

test('every rule and every owner has planted defects', () => {
  for (const rule of Object.keys(rules)) expect(mutants.filter((mutant) => mutant.rule === rule).length, rule).toBeGreaterThan(2)
  for (const owner of owners) expect(mutants.filter((mutant) => mutant.owner === owner).length, owner).toBeGreaterThan(0)
})

test('a mutant whose text is gone, or stands twice, is stale and says so', () => {
  const mutant = { name: 'x', file: 'a.ts', find: 'if (a)', replace: 'if (b)' }
  expect(mutate(mutant, 'if (a) f()')).toBe('if (b) f()')
  for (const [source, count] of [
    ['if (c) f()', 0],
    ['if (a) f(); if (a) g()', 2],
  ] as const)
    expect(() => mutate(mutant, source)).toThrow(`its \`find\` stands ${count} times in a.ts`)
})

test('a name that there is not is refused with those that there are', () => {
  expect(() => chooseMutants(['no-such-mutant'])).toThrow(/no-such-mutant; there are .*mark-before-publish/)
  expect(chooseMutants([])).toBe(mutants)
})

test('in each round a file runs one of its tests at most', () => {
  const testOf = (file: string, title: string) => ({ project: 'unit' as const, file, title })
  const rounds = roundsOf([testOf('a', '1'), testOf('a', '2'), testOf('b', '1'), testOf('a', '3')])
  expect(rounds.map((round) => round.map(({ file, title }) => file + title))).toEqual([['a1', 'b1'], ['a2'], ['a3']])
})

test('titles are found as they are declared: plain, filled in by rows, and as a value', () => {
  const source =
    "test('plain one', f)\n  test.each(rows)('%s has $count of %i', f)\ntest.each([['a row', 1]])('%s', f)\ntest(`no more than ${most} are kept`, f)"
  for (const title of ['plain one', 'A has 3 of 4', 'a row', 'no more than 50 are kept'])
    expect(declares(source, title), title).toBe(true)
  for (const title of ['another', 'plain', 'a row that is not there']) expect(declares(source, title), title).toBe(false)
})
