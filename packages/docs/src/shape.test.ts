// Shape of the sources: sizes, exports, names. Functions over 50 lines and import cycles are refused by the linter (biome.json).
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { isRouteModule, isTest, listFiles, listSources, readText, root } from './sources.ts'

/** An override of biome.json. */
interface LinterException {
  includes: string[]
  linter: { rules: Record<string, Record<string, unknown>> }
}

const sources = listSources()
const production = sources.filter(({ path }) => !isTest(path) && !/^packages\/(testing|chaos)\/|\/test-shop\//.test(path))
const lines = (candidates: typeof sources, pattern: RegExp): string[] =>
  candidates.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  )

test('there are no default exports but in configuration files', () => {
  expect(
    lines(
      production.filter(({ path }) => !path.endsWith('.config.ts') && !isRouteModule(path)),
      /^export default\b/,
    ),
  ).toEqual([])
})

test('index.ts is only the public API of a package', () => {
  expect(listFiles('*/index.ts').filter((path) => !/^(services|packages|infra)\/[^/]+\/src\/index\.ts$/.test(path))).toEqual([])
})

test('no file or type is called utils, helpers, manager or DTO', () => {
  expect(
    listFiles('*.ts', '*.mjs').filter((path) => /(^|\/)(utils?|helpers?|misc)(\/|\.ts)|(?<!alert)manager\.ts|dto/i.test(path)),
  ).toEqual([])
  expect(lines(production, /\b(class|interface|type) \w+(Dto|DTO|Impl|Manager)\b/)).toEqual([])
})

test('only errors are classes', () => {
  expect(lines(production, /\bclass \w+/).filter((line) => !/extends \w*Error\b/.test(line))).toEqual([])
})

test('modules keep no state of their own', () => {
  expect(
    lines(
      production.filter(({ path }) => !/^infra\/[a-z-]+\.ts$/.test(path)),
      /^(export )?(let|var)\b/,
    ),
  ).toEqual([])
})

test('a file has at most 300 lines', () => {
  const lengths = listFiles('*.ts', '*.mjs')
    .filter((path) => !path.includes('/generated/'))
    .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([])
})

test('a feature folder has at most 8 files beside its tests', () => {
  const folders = Map.groupBy(
    listFiles('services/*/src/features/*/*.ts').filter((path) => !isTest(path)),
    posix.dirname,
  )
  expect([...folders].filter(([, files]) => files.length > 8).map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([])
})

test('every file of a feature is named by its role, or after what it holds, in lower case with hyphens', () => {
  expect(
    listFiles('services/*.ts', 'packages/*.ts', 'infra/*.ts').filter(
      (path) => !/^[a-z0-9-]+(\.[a-z-]+)*\.ts$/.test(posix.basename(path)),
    ),
  ).toEqual([])
})

test('every file begins by saying what it does', () => {
  expect(sources.filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(text)).map(({ path }) => path)).toEqual([])
})

test('every escape from the type system is explained', () => {
  expect(
    lines(production, /\bas any\b|: any\b|@ts-(ignore|nocheck|expect-error)|as unknown as/).filter(
      (line) => !line.includes('biome-ignore'),
    ),
  ).toEqual([])
})

test('every exported name is used in another file, but for those of contracts, which clients import', () => {
  const readers = sources.map(({ path, text }) => ({ path, words: new Set(text.match(/[A-Za-z_$][\w$]*/g)) }))
  const unused = production
    .filter(({ path }) => !path.endsWith('.config.ts') && !path.startsWith('packages/contracts/') && !isRouteModule(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?(?:const|function|interface|type|class) (\w+)/gm)].flatMap(([, name]) =>
        name === undefined || readers.some((other) => other.path !== path && other.words.has(name)) ? [] : [`${path}: ${name}`],
      ),
    )
  expect(unused).toEqual([])
})

test('exceptions from the linter’s rules on long functions and import cycles only shrink', () => {
  const { overrides } = JSON.parse(readFileSync(posix.join(root, 'biome.json'), 'utf8')) as { overrides: LinterException[] }
  const filesWithout = (group: string, rule: string) =>
    overrides
      .filter(({ linter }) => linter.rules[group]?.[rule] === 'off')
      .flatMap(({ includes }) => includes)
      .filter((pattern) => !pattern.includes('*')).length
  expect(filesWithout('complexity', 'noExcessiveLinesPerFunction')).toBeLessThanOrEqual(1)
  expect(filesWithout('suspicious', 'noImportCycles')).toBeLessThanOrEqual(0)
})
