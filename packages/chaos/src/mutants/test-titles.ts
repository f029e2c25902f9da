// Finds titles of tests in a source file without running it.

const literal = `'((?:[^'\\\\\\n]|\\\\.)*)'|"((?:[^"\\\\\\n]|\\\\.)*)"|\`((?:[^\`\\\\]|\\\\.)*)\``
/** Declares tests: `test(`, `test.each(…)(`, `anyTest.runIf(…)(`, with the title as the first argument. */
const declaration = new RegExp(`(?:\\btest(?:\\.skip|\\.only|\\.concurrent)?|\\))\\(\\s*(?:${literal})\\s*,`, 'g')

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Parts that `test.each` and template strings fill in match any text. */
const patternOf = (title: string): RegExp =>
  new RegExp(
    `^${escaped(title.replace(/\\(['"`])/g, '$1'))
      .replace(/\\\$\\\{.*?\\\}/g, '.*')
      .replace(/%(?:[sdifjoO#$]|%)/g, '.+')
      .replace(/\\\$[A-Za-z_.]+/g, '.+')}$`,
    's',
  )

/** Whether the file may declare a test with this title. A row of `test.each` whose whole title is a value is searched as text. */
export const declares = (source: string, title: string): boolean => {
  const titles = [...source.matchAll(declaration)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  const fitting = titles.filter((candidate) => patternOf(candidate).test(title))
  if (fitting.some((candidate) => !/^%s$/.test(candidate))) return true
  return fitting.length > 0 && source.includes(`'${title}'`)
}
