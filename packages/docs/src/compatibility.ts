// Compatibility check of contracts: compares two JSON Schemas structurally and names the changes that break clients or consumers.

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

/** Schemas by name. */
export type NamedSchemas = Record<string, Schema>

const reference = /^#\/schemas\/(\w+)$/

/**
 * Replaces every `{ $ref: '#/schemas/<name>' }` in a value by the schema of that name.
 * @throws Error when a name is unknown or a schema refers to itself
 */
export const inlineReferences = <T>(value: T, schemas: NamedSchemas, within: readonly string[] = []): T => {
  if (Array.isArray(value)) return value.map((item) => inlineReferences(item, schemas, within)) as T
  if (typeof value !== 'object' || value === null) return value
  const target = '$ref' in value ? value.$ref : undefined
  if (typeof target === 'string') {
    const name = reference.exec(target)?.[1] ?? target
    if (within.includes(name)) throw new Error(`the schema ${name} refers to itself`)
    const schema = schemas[name]
    if (schema === undefined) throw new Error(`there is no schema ${name}`)
    return inlineReferences(schema, schemas, [...within, name]) as T
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inlineReferences(member, schemas, within)])) as T
}

/** `given`: what the shop hands out (events, answers). `taken`: what it accepts (bodies, queries). */
type Direction = 'given' | 'taken'

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

/** Differences that break a client or a consumer; empty when the change is safe. */
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
