// Validation errors of a request: a bounded number, at a cost and length that do not grow with the request.
import type { ErrorObject } from 'ajv'

/** Entries of `errors` in a problem, at most. */
export const maxErrors = 20
const longestPath = 200
const longestMessage = 200
/** Unknown members that are named in one object; further ones are counted. */
const maxNamedUnknown = 3

/** Limits of the sample of a request that is validated again to name all errors. */
const sampled = { items: 30, unknownMembers: maxErrors, characters: 20_000, depth: 20, nodes: 5000 }

/** The names of all members in a schema, at any depth. */
export const memberNames = (schema: unknown, names = new Set<string>()): ReadonlySet<string> => {
  if (typeof schema !== 'object' || schema === null) return names
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' && typeof value === 'object' && value !== null)
      for (const name of Object.keys(value)) names.add(name)
    if (keyword !== 'enum' && keyword !== 'const' && keyword !== 'default') memberNames(value, names)
  }
  return names
}

interface Sample {
  value: unknown
  /** Numbers of members that were left out, by the JSON pointer of their object. */
  leftOut: ReadonlyMap<string, number>
}

/** Copies part of a request: all members that the schema knows, some others, the first items of arrays. */
const sampleOf = (sent: unknown, known: ReadonlySet<string>): Sample => {
  const leftOut = new Map<string, number>()
  let nodes = 0
  const copyMembers = (object: object, pointer: string, depth: number): unknown => {
    const copied: Record<string, unknown> = Object.create(null)
    let unknown = 0
    for (const [name, value] of Object.entries(object)) {
      const isKnown = known.has(name)
      if (!isKnown) unknown += 1
      if (!isKnown && (unknown > sampled.unknownMembers || name === '__proto__')) continue
      copied[name] = copy(value, `${pointer}/${escaped(name)}`, depth + 1)
    }
    if (unknown > sampled.unknownMembers) leftOut.set(pointer, unknown - sampled.unknownMembers)
    return copied
  }
  const copy = (value: unknown, pointer: string, depth: number): unknown => {
    nodes += 1
    if (typeof value === 'string') return value.slice(0, sampled.characters)
    if (typeof value !== 'object' || value === null || depth > sampled.depth) return value
    if (!Array.isArray(value)) return copyMembers(value, pointer, depth)
    const room = nodes > sampled.nodes ? 1 : sampled.items
    return value.slice(0, room).map((item, index) => copy(item, `${pointer}/${index}`, depth + 1))
  }
  return { value: copy(sent, '', 0), leftOut }
}

const escaped = (name: string): string => name.slice(0, longestPath).replaceAll('~', '~0').replaceAll('/', '~1')

const isUnknownMember = ({ keyword }: ErrorObject): boolean => keyword === 'additionalProperties'

/** Replaces the errors of an object's unknown members, after the first ones, by one error with their number. */
const countUnknown = (errors: readonly ErrorObject[], leftOut: Sample['leftOut']): ErrorObject[] => {
  const seen = new Map<string, number>()
  for (const error of errors.filter(isUnknownMember)) seen.set(error.instancePath, (seen.get(error.instancePath) ?? 0) + 1)
  const shown = new Map<string, number>()
  return errors.flatMap((error) => {
    if (!isUnknownMember(error)) return [error]
    const { instancePath } = error
    const nth = (shown.get(instancePath) ?? 0) + 1
    shown.set(instancePath, nth)
    if (nth <= maxNamedUnknown) return [error]
    const more = (seen.get(instancePath) ?? 0) - maxNamedUnknown + (leftOut.get(instancePath) ?? 0)
    const message = `has ${more} more members that are not known`
    return nth === maxNamedUnknown + 1 ? [{ ...error, keyword: 'unknownMembers', params: { more }, message }] : []
  })
}

const isSame = (one: ErrorObject, other: ErrorObject): boolean =>
  one.instancePath === other.instancePath && one.keyword === other.keyword

/**
 * Names the errors of a request.
 * @param first the errors at which validation stopped
 * @param validateAll finds every error of a value; called with a sample only
 */
export const nameErrors = (
  sent: unknown,
  first: readonly ErrorObject[],
  known: ReadonlySet<string>,
  validateAll: (value: unknown) => readonly ErrorObject[],
): ErrorObject[] => {
  const sample = sampleOf(sent, known)
  const all = countUnknown(validateAll(sample.value), sample.leftOut)
  // An error outside the sample stopped the validation, so it is named first.
  const beyond = first.filter((error) => !all.some((other) => isSame(error, other)) && !isUnknownMember(error))
  const found = [...beyond, ...all]
  return (found.length === 0 ? [...first] : found).slice(0, maxErrors)
}

const shorten = (text: string, longest: number): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`)

/** An entry of `errors`, with path and message shortened. */
export const errorEntry = (path: string, message: string): { path: string; message: string } => ({
  path: shorten(path, longestPath),
  message: shorten(message, longestMessage),
})
