// Tokenizer for search in every script. Names, descriptions and queries are split by the same rules. Pure.
import { createHash } from 'node:crypto'
import { nameKeyLength, wordLength } from '../db/column-lengths.ts'
import type { QueryWord, SearchText } from '../db/matches.ts'

/** Most words of one product. A longer description is not found by its last words. */
const wordLimit = 5000
/** Most words of a query; further words are ignored. */
const queryLimit = 24

/** Marks that are removed: accents, optional vowel points, invisible characters. Marks that change a letter, as in Hindi or Thai, stay. */
const marks = new RegExp(
  `[${[
    '\\u0300-\\u036f\\u0483-\\u0487\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f',
    '\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7',
    '\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06ed',
    '\\u00ad\\u200b-\\u200f\\u2060\\ufe00-\\ufe0f\\ufeff',
  ].join('')}]`,
  'gu',
)
/** Letters that Unicode does not decompose. */
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
/** Code points of the digit zero in other scripts; one to nine follow each. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0]
const asciiDigit = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0
  const zero = zeros.find((start) => code >= start && code < start + 10)
  return zero === undefined ? digit : String(code - zero)
}

/** Normalizes text for comparison: without case, accents, width and invisible characters, with single spaces. */
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

/** Sort key of a name: the folded text. MySQL and Elasticsearch order it alike, by code point. */
export const nameKeyOf = (name: string): string => firstCharacters(fold(name), nameKeyLength).trimEnd()

/** Word that represents a whole name: equal for names that fold to the same text. */
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
  /** True when no space separates it from the run before, only signs such as a hyphen or nothing. */
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

/** Bigrams, because these scripts do not separate words, and the last character for queries of one character. */
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

/** Possible singulars of an English plural. A wrong guess is not a word and matches nothing. */
const singularsOf = (word: string): string[] => {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined
  if (known !== undefined) return [known]
  if (!/^[a-z]{2,}s$/.test(word) || word.endsWith('ss')) return []
  const [one, two, three] = [word.slice(0, -1), word.slice(0, -2), word.slice(0, -3)]
  if (word.endsWith('ies')) return [one, `${three}y`]
  if (word.endsWith('ves')) return [one, `${three}f`, `${three}fe`]
  return word.endsWith('es') ? [one, two] : [one]
}

/** Two plain words written as one, such as tshirt. Two numbers are not joined: they would form another number. */
const joined = (left: Run | undefined, right: Run | undefined): string[] => {
  if (left?.kind !== 'plain' || right?.kind !== 'plain') return []
  if (/\d$/.test(left.text) && /^\d/.test(right.text)) return []
  return [firstCharacters(left.text + right.text, wordLength)]
}

/** Compounds: words that hyphens, apostrophes or dots join, written as one. */
const compoundsOf = (all: readonly Run[]): string[] => {
  const compounds: string[] = []
  let open = ''
  for (const [index, run] of all.entries()) {
    const before = all[index - 1]
    // The compound is cut at the longest word.
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

/** Every word of a text; for a name also each two neighbours written as one. */
const wordsOf = (text: string, isName: boolean): string[] => {
  const all = runsOf(fold(text))
  const pairs = isName ? all.slice(1).flatMap((run, index) => joined(all[index], run)) : []
  return [...all.flatMap(formsOf), ...compoundsOf(all), ...pairs]
}

/** Index words of a product; the value is true for words of its name. */
export const indexWordsOf = (name: string, others: readonly string[]): Map<string, boolean> => {
  const words = new Map<string, boolean>([[exactKeyOf(name), true]])
  for (const word of wordsOf(name, true)) words.set(word, true)
  for (const word of others.flatMap((text) => wordsOf(text, false))) {
    if (words.size >= wordLimit) break
    if (!words.has(word)) words.set(word, false)
  }
  return words
}

const hasDigit = (word: string): boolean => /\p{N}/u.test(word)

const queryWordsOfRun = (run: Run, before: Run | undefined, after: Run | undefined): QueryWord[] => {
  if (run.kind === 'picture') return [{ words: [run.text], prefix: null }]
  if (run.kind === 'grams') {
    const pairs = gramsOf(run.text).slice(0, -1)
    return pairs.length === 0 ? [{ words: [run.text], prefix: run.text }] : pairs.map((pair) => ({ words: [pair], prefix: null }))
  }
  const words = [run.text, ...singularsOf(run.text), ...joined(before, run), ...joined(run, after)]
  // A number matches as a whole, never as a prefix.
  return [{ words: [...new Set(words)], prefix: hasDigit(run.text) || Array.from(run.text).length < 2 ? null : run.text }]
}

/** Words of a query, all of which a product must have. Empty for a query without words. */
export const queryWordsOf = (q: string): QueryWord[] => {
  const all = runsOf(fold(q))
  const words = all.flatMap((run, index) => queryWordsOfRun(run, all[index - 1], all[index + 1]))
  return [...new Map(words.map((word) => [word.words.join(' '), word])).values()].slice(0, queryLimit)
}

/** Splits a query for the word index of MySQL. */
export const searchTextOf = (q: string): SearchText => {
  const text = q.trim()
  return { text, nameWord: exactKeyOf(text), words: queryWordsOf(text) }
}
