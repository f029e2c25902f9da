// Random numbers from a seed: the same seed gives the same numbers, and a branch does not depend on its siblings.

export interface Random {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number, both ends included. */
  int(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** One of the names, with a probability in proportion to its weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
  shuffled<T>(items: readonly T[]): T[]
  /** An independent stream. The same name gives the same stream. */
  branch(name: string): Random
}

/** FNV-1a hash: 32 bits of a name. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return value >>> 0
}

/** The generator is mulberry32: short, and good enough for decisions. */
export const seededRandom = (seed: number | string): Random => {
  const name = String(seed)
  let state = hash(name)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[int(0, from.length - 1)]
    if (chosen === undefined) throw new Error('cannot pick from an empty list')
    return chosen
  }
  return {
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    weighted: <T extends string>(weights: Readonly<Record<T, number>>): T => {
      const names = Object.keys(weights) as T[]
      let left = next() * names.reduce((sum, each) => sum + weights[each], 0)
      for (const each of names) {
        left -= weights[each]
        if (left < 0) return each
      }
      return pick(names)
    },
    shuffled: (items) => {
      const rest = [...items]
      return items.map(() => rest.splice(int(0, rest.length - 1), 1)[0] as (typeof rest)[number])
    },
    branch: (part) => seededRandom(`${name}/${part}`),
  }
}
