// Mutants, without running them: each one matches its file, and the test that must notice it exists.
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mapNames, serviceNames } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { listScenarios } from '../scenarios/catalogue.ts'
import { isHeldByTest, type Mutant, mutate, owners, rules } from './mutant.ts'
import { mutants } from './mutants.ts'
import { chooseMutants, roundsOf, withKnown } from './run-mutants.ts'
import { declares } from './test-titles.ts'

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../../../../${file}`, import.meta.url)), 'utf8')
const words = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? []
const folderOf: Record<Mutant['owner'], string> = {
  db: 'packages/db/',
  concurrency: 'packages/concurrency/',
  messaging: 'packages/messaging/',
  'service-kit': 'packages/service-kit/',
  ...mapNames(serviceNames, (name) => `services/${name}/`),
}

describe.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  const source = read(mutant.file)

  test('its text occurs once in its file, and the changed file parses', () => {
    const changed = mutate(mutant, source)
    expect(changed).not.toBe(source)
    expect(() => stripTypeScriptTypes(changed)).not.toThrow()
    // An unknown name would break the code, and show nothing about the tests.
    const known = new Set([...words(source), 'null', 'undefined', 'performance', 'now'])
    expect(words(mutant.replace).filter((word) => /^[a-z]+[A-Z]|\(/.test(word) && !known.has(word))).toEqual([])
  })

  test('its test or scenario exists', () => {
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

  test('its file belongs to its owner, and one sentence says what it breaks', () => {
    expect(mutant.file.startsWith(folderOf[mutant.owner])).toBe(true)
    expect(mutant.breaks).toMatch(/^[A-Z].*\.$/)
  })
})

test('mutants have unique names, and there are at least thirty', () => {
  const names = mutants.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThanOrEqual(30)
})

test('every rule and every owner has mutants', () => {
  for (const rule of Object.keys(rules)) expect(mutants.filter((mutant) => mutant.rule === rule).length, rule).toBeGreaterThan(2)
  for (const owner of owners) expect(mutants.filter((mutant) => mutant.owner === owner).length, owner).toBeGreaterThan(0)
})

test('a mutant whose text occurs never or twice is refused as stale', () => {
  const mutant = { name: 'x', file: 'a.ts', find: 'if (a)', replace: 'if (b)' }
  expect(mutate(mutant, 'if (a) f()')).toBe('if (b) f()')
  for (const [source, count] of [
    ['if (c) f()', 0],
    ['if (a) f(); if (a) g()', 2],
  ] as const)
    expect(() => mutate(mutant, source)).toThrow(`its \`find\` occurs ${count} times in a.ts`)
})

test('an unknown mutant is refused with the list of names', () => {
  expect(() => chooseMutants(['no-such-mutant'])).toThrow(/no-such-mutant\. Known mutants: .*mark-before-publish/)
  expect(chooseMutants([])).toBe(mutants)
})

test('a run of some mutants keeps the recorded outcomes of the others, and forgets mutants that are gone', () => {
  const [first, second] = mutants.map(({ name }) => name) as [string, string]
  const result = (name: string, outcome: 'caught' | 'missed') => ({
    name,
    outcome,
    rule: 'R1',
    service: 'db',
    heldBy: '',
    seconds: 1,
  })
  const known = [result('gone', 'caught'), result(second, 'missed'), result(first, 'missed')]
  expect(withKnown([result(second, 'caught')], known)).toEqual([result(first, 'missed'), result(second, 'caught')])
})

test('a round runs at most one test per file', () => {
  const testOf = (file: string, title: string) => ({ project: 'unit' as const, file, title })
  const rounds = roundsOf([testOf('a', '1'), testOf('a', '2'), testOf('b', '1'), testOf('a', '3')])
  expect(rounds.map((round) => round.map(({ file, title }) => file + title))).toEqual([['a1', 'b1'], ['a2'], ['a3']])
})

test('titles are found as literals, as templates with rows, and as values', () => {
  const source =
    "test('plain one', f)\n  test.each(rows)('%s has $count of %i', f)\ntest.each([['a row', 1]])('%s', f)\ntest(`no more than ${most} are kept`, f)"
  for (const title of ['plain one', 'A has 3 of 4', 'a row', 'no more than 50 are kept'])
    expect(declares(source, title), title).toBe(true)
  for (const title of ['another', 'plain', 'a row that is not there']) expect(declares(source, title), title).toBe(false)
})
