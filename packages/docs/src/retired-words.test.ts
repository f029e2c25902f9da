// Retired words are refused in file names, identifiers, comments, messages and documents.
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { publicNames } from './exceptions.ts'
import { retiredFileWords, retiredNames, retiredPronouns } from './retired-words.ts'
import { listFiles, readText } from './sources.ts'

/**
 * Hand-written files. Excluded: the lists of words and exceptions, migrations, which never change, the proof page, which quotes
 * test names of past runs, and mail templates, whose words are addressed to customers.
 */
const written = listFiles('*.ts', '*.mjs', '*.md', '*.prisma').filter(
  (path) =>
    !/\/generated\/|\/(retired-words|exceptions)|\/migrations\/|^packages\/docs\/proof\.md|\/domain\/templates\//.test(path) &&
    !publicNames.some((folder) => path.startsWith(folder)),
)

const occurrences = (words: readonly string[]): string[] => {
  const pattern = new RegExp(`\\b(${words.join('|')})\\b`, 'g')
  return written.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => [...line.matchAll(pattern)].map(([word]) => `${path}:${index + 1}: ${word}`)),
  )
}

test('no file or folder is named by a retired word', () => {
  const retired = new RegExp(`(^|[/.-])(${Object.keys(retiredFileWords).join('|')})([/.-]|$)`)
  expect(
    written.filter((path) =>
      path
        .split('/')
        .slice(2)
        .some((part) => retired.test(posix.basename(part))),
    ),
  ).toEqual([])
})

test('no identifier is a retired word', () => {
  expect(occurrences(retiredNames)).toEqual([])
})

test('every sentence names its actor', () => {
  expect(occurrences(retiredPronouns)).toEqual([])
})
