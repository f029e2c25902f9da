// Says whether a changed contract still serves those who rely on the published one. Structural, over JSON Schema.

/** The part of JSON Schema that contracts use. */
export interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  additionalProperties?: boolean | Schema
}

/** `given`: what we hand out (events, answers). `taken`: what we accept (bodies, queries). */
export type Direction = 'given' | 'taken'

const wordsOf = (schema: Schema): unknown[] | null => {
  if (schema.enum) return schema.enum
  if (schema.const !== undefined) return [schema.const]
  if (schema.anyOf?.every((part) => part.const !== undefined)) return schema.anyOf.map((part) => part.const)
  return null
}

const compareWords = (path: string, before: unknown[], after: unknown[], direction: Direction): string[] => {
  const added = after.filter((word) => !before.includes(word))
  const removed = before.filter((word) => !after.includes(word))
  if (direction === 'taken') return removed.map((word) => `${path}: ${JSON.stringify(word)} is no longer accepted`)
  return added.map((word) => `${path}: ${JSON.stringify(word)} is new, and readers do not know it`)
}

const compareObjects = (path: string, before: Schema, after: Schema, direction: Direction): string[] => {
  const known = before.properties ?? {}
  const now = after.properties ?? {}
  const wasRequired = new Set(before.required)
  const isRequired = new Set(after.required)
  const changes = Object.entries(known).flatMap(([name, schema]) => {
    const next = now[name]
    if (next === undefined) return [`${path}/${name} was removed`]
    if (direction === 'given' && wasRequired.has(name) && !isRequired.has(name)) return [`${path}/${name} may now be absent`]
    return compareSchemas(`${path}/${name}`, schema, next, direction)
  })
  const demanded =
    direction === 'taken'
      ? [...isRequired].filter((name) => !wasRequired.has(name)).map((name) => `${path}/${name} is now required`)
      : []
  return [...changes, ...demanded]
}

/** Differences that break somebody; empty when the change is safe. */
export const compareSchemas = (path: string, before: Schema, after: Schema, direction: Direction): string[] => {
  const [wordsBefore, wordsAfter] = [wordsOf(before), wordsOf(after)]
  if (wordsBefore && wordsAfter) return compareWords(path, wordsBefore, wordsAfter, direction)
  if (before.anyOf && after.anyOf && before.anyOf.length === after.anyOf.length) {
    const parts = after.anyOf
    return before.anyOf.flatMap((part, index) => compareSchemas(`${path}|${index}`, part, parts[index] ?? {}, direction))
  }
  if (Boolean(before.anyOf) !== Boolean(after.anyOf) || before.type !== after.type)
    return [`${path}: the type changed from ${before.type ?? 'a union'} to ${after.type ?? 'a union'}`]
  if (before.type === 'array' && before.items && after.items)
    return compareSchemas(`${path}[]`, before.items, after.items, direction)
  if (before.type === 'object') return compareObjects(path, before, after, direction)
  return []
}
