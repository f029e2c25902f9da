// Words of names and descriptions in every script: the index and the query are split by the same rules. Pure.
import { createHash } from 'node:crypto'

/** Longest word that is kept, in characters; longer ones are cut in the index and in the query alike. */
const wordLength = 64
/** A description may hold thousands of pairs of characters; what is beyond this is not found by word. */
const wordLimit = 5000
/** Words of a query that count. */
const queryLimit = 24
/** Characters of a name that decide its place in a list; cursors carry them. */
export const nameKeyLength = 100

/** Accents, vowel points that may be left out, and what cannot be seen. Marks that change a letter, as in Hindi or Thai, stay. */
const marks = new RegExp(
  `[${[
    '\\u0300-\\u036f\\u0483-\\u0487\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f',
    '\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7',
    '\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06ed',
    '\\u00ad\\u200b-\\u200f\\u2060\\ufe00-\\ufe0f\\ufeff',
  ].join('')}]`,
  'gu',
)
/** Letters that no decomposition takes apart. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
}
const specialLetter = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu')
/** The digit zero of scripts with digits of their own; one to nine follow it. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0]
const asciiDigit = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0
  const zero = zeros.find((start) => code >= start && code < start + 10)
  return zero === undefined ? digit : String(code - zero)
}

/** Text as it is compared: without case, accents, width and what cannot be seen; blanks are single. */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKD')
    .replace(marks, '')
    .replace(specialLetter, (letter) => letters[letter] ?? letter)
    .replace(/\p{Nd}/gu, asciiDigit)
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

const firstCharacters = (text: string, count: number): string =>
  text.length <= count ? text : Array.from(text).slice(0, count).join('')

/** Orders names the same in MySQL and Elasticsearch: by code point of the folded text. */
export const nameKeyOf = (name: string): string => firstCharacters(fold(name), nameKeyLength).trimEnd()

/** Stands for a whole name among the words: equal for names that fold to the same text. */
export const exactKeyOf = (name: string): string => `=${createHash('sha256').update(fold(name)).digest('base64url').slice(0, 24)}`

const spaceless =
  '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]'
const character = '[\\p{L}\\p{M}\\p{N}]'
const runs = new RegExp(
  `(?<grams>(?:(?=${spaceless})${character})+)|(?<plain>(?:(?!${spaceless})${character})+)|(?<picture>\\p{Extended_Pictographic}|\\p{Regional_Indicator})`,
  'gu',
)

interface Run {
  text: string
  kind: 'grams' | 'plain' | 'picture'
  /** Whether it touches the run before it, or only signs such as a hyphen stand between. */
  attached: boolean
}

const runsOf = (folded: string): Run[] => {
  let end = 0
  return [...folded.matchAll(runs)].map((match): Run => {
    const [text] = match
    const attached = end > 0 && !folded.slice(end, match.index).includes(' ')
    end = match.index + text.length
    const kind = match.groups?.grams ? 'grams' : match.groups?.plain ? 'plain' : 'picture'
    return { text: kind === 'plain' ? firstCharacters(text, wordLength) : text, kind, attached }
  })
}

/** Pairs of neighbours, since these scripts do not separate words, and the last character for questions of one character. */
const gramsOf = (run: string): string[] => {
  const characters = Array.from(run)
  const pairs = characters.slice(1).map((next, index) => `${characters[index]}${next}`)
  return [...pairs, characters.at(-1) ?? '']
}

const irregular: Readonly<Record<string, string>> = {
  women: 'woman',
  men: 'man',
  children: 'child',
  people: 'person',
  feet: 'foot',
  teeth: 'tooth',
  mice: 'mouse',
  geese: 'goose',
}

/** What an English plural may be the plural of. Wrong guesses are no words and do no harm. */
const singularsOf = (word: string): string[] => {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined
  if (known !== undefined) return [known]
  if (!/^[a-z]{2,}s$/.test(word) || word.endsWith('ss')) return []
  const [one, two, three] = [word.slice(0, -1), word.slice(0, -2), word.slice(0, -3)]
  if (word.endsWith('ies')) return [one, `${three}y`]
  if (word.endsWith('ves')) return [one, `${three}f`, `${three}fe`]
  return word.endsWith('es') ? [one, two] : [one]
}

/** Two plain words written as one, such as tshirt; never two numbers, which would make a third. */
const joined = (left: Run | undefined, right: Run | undefined): string[] => {
  if (left?.kind !== 'plain' || right?.kind !== 'plain') return []
  if (/\d$/.test(left.text) && /^\d/.test(right.text)) return []
  return [firstCharacters(left.text + right.text, wordLength)]
}

/** Words written with hyphens, apostrophes or dots, as one. */
const compoundsOf = (all: readonly Run[]): string[] => {
  const compounds: string[] = []
  let open = ''
  for (const [index, run] of all.entries()) {
    const before = all[index - 1]
    // What is beyond the longest word is cut anyway.
    const grows = run.attached && joined(before, run).length > 0
    open = grows ? firstCharacters(open + run.text, wordLength) : run.kind === 'plain' ? run.text : ''
    if (run.attached && open !== run.text) compounds.push(...joined(before, run), open)
  }
  return compounds
}

const formsOf = (run: Run): string[] => {
  if (run.kind === 'grams') return gramsOf(run.text)
  return run.kind === 'picture' ? [run.text] : [run.text, ...singularsOf(run.text)]
}

/** Every word of a text; of a name also its neighbours written together. */
const wordsOf = (text: string, isName: boolean): string[] => {
  const all = runsOf(fold(text))
  const pairs = isName ? all.slice(1).flatMap((run, index) => joined(all[index], run)) : []
  return [...all.flatMap(formsOf), ...compoundsOf(all), ...pairs]
}

/** The words by which a product is found, each with whether its name has it. */
export const indexWordsOf = (name: string, others: readonly string[]): Map<string, boolean> => {
  const words = new Map<string, boolean>([[exactKeyOf(name), true]])
  for (const word of wordsOf(name, true)) words.set(word, true)
  for (const word of others.flatMap((text) => wordsOf(text, false))) {
    if (words.size >= wordLimit) break
    if (!words.has(word)) words.set(word, false)
  }
  return words
}

/** What a product must have for one word of a query: one of the words, or one that begins like this. */
export interface QueryWord {
  words: string[]
  prefix: string | null
}

const hasDigit = (word: string): boolean => /\p{N}/u.test(word)

const questionsOf = (run: Run, before: Run | undefined, behind: Run | undefined): QueryWord[] => {
  if (run.kind === 'picture') return [{ words: [run.text], prefix: null }]
  if (run.kind === 'grams') {
    const pairs = gramsOf(run.text).slice(0, -1)
    return pairs.length === 0 ? [{ words: [run.text], prefix: run.text }] : pairs.map((pair) => ({ words: [pair], prefix: null }))
  }
  const words = [run.text, ...singularsOf(run.text), ...joined(before, run), ...joined(run, behind)]
  // A number means itself and no longer one.
  return [{ words: [...new Set(words)], prefix: hasDigit(run.text) || Array.from(run.text).length < 2 ? null : run.text }]
}

/** The words of a query, every one of which a product must have. Empty when it holds none. */
export const queryWordsOf = (q: string): QueryWord[] => {
  const all = runsOf(fold(q))
  const questions = all.flatMap((run, index) => questionsOf(run, all[index - 1], all[index + 1]))
  return [...new Map(questions.map((question) => [question.words.join(' '), question])).values()].slice(0, queryLimit)
}
