// Finds the titles of tests in the source of a test file, without running it: for checking names that are written elsewhere.

const literal = `'((?:[^'\\\\\\n]|\\\\.)*)'|"((?:[^"\\\\\\n]|\\\\.)*)"|\`((?:[^\`\\\\]|\\\\.)*)\``
/** Declares tests: `test(`, `test.each(…)(`, `anyTest.runIf(…)(`, with the title as the first argument. */
const declaration = new RegExp(`(?:\\btest(?:\\.skip|\\.only|\\.concurrent)?|\\))\\(\\s*(?:${literal})\\s*,`, 'g')

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What `test.each` and template strings fill in stands for any text. */
const patternOf = (title: string): RegExp =>
  new RegExp(
    `^${escaped(title.replace(/\\(['"`])/g, '$1'))
      .replace(/\\\$\\\{.*?\\\}/g, '.*')
      .replace(/%(?:[sdifjoO#$]|%)/g, '.+')
      .replace(/\\\$[A-Za-z_.]+/g, '.+')}$`,
    's',
  )

/** Whether a test with this title may be declared in the file. A row of `test.each` whose whole title is a value is looked for as a text. */
export const declares = (source: string, title: string): boolean => {
  const titles = [...source.matchAll(declaration)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  const fitting = titles.filter((candidate) => patternOf(candidate).test(title))
  if (fitting.some((candidate) => !/^%s$/.test(candidate))) return true
  return fitting.length > 0 && source.includes(`'${title}'`)
}
