// Typing mistakes that search forgives: how many letters may differ, and words with two neighbours swapped. Pure.

const minForOneEdit = 3
const minForTwoEdits = 6

/** Letters of a word of a query that may be wrong, missing or too many. */
export const editsOf = (word: string): 0 | 1 | 2 => {
  const { length } = Array.from(word)
  return length >= minForTwoEdits ? 2 : length >= minForOneEdit ? 1 : 0
}

/**
 * The word with each two neighbours swapped: `mgu` → `gmu`, `mug`. A swap counts as two edits, so only words that allow a single one need
 * it.
 */
export const swapsOf = (word: string): string[] => {
  if (editsOf(word) !== 1) return []
  const letters = Array.from(word)
  return letters.slice(1).flatMap((next, index) => {
    const letter = letters[index] ?? ''
    return letter === next ? [] : [[...letters.slice(0, index), next, letter, ...letters.slice(index + 2)].join('')]
  })
}
