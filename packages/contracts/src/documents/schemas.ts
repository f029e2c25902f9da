// Turns TypeBox schemas into plain JSON Schema. A named schema is collected once, and every use of it becomes a `$ref`.
import type { TSchema } from 'typebox'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** Half of a pair of UTF-16 in a pattern: no text in UTF-8 holds one, and the regular expressions of other languages do not know it. */
const surrogates = /(?:\\){1,2}u[dD]800-(?:\\){1,2}u[dD][fF]{3}/g

/** Plain JSON Schema without the keyword of the shop's own validators, with patterns that every client can read. */
export const plainSchema = (schema: TSchema): JsonObject =>
  JSON.parse(
    JSON.stringify(schema, (name, value) => (name === 'normalize' && typeof value === 'string' ? undefined : value)).replace(
      surrogates,
      '',
    ),
  ) as JsonObject

export interface SchemaCollection {
  /** The named schemas of everything that was converted, by name. */
  schemas: JsonObject
  /** Converts a schema; its named parts, or itself when it is named, become references. */
  refer(schema: TSchema): JsonObject
}

/** Keywords whose value is data, not a schema. */
const dataKeywords = new Set(['enum', 'const', 'default', 'examples', 'x-erased'])

/**
 * Creates a collection of named schemas.
 * @param prefix of the references, such as `#/components/schemas/`
 */
export const collectSchemas = (prefix: string, toJson: (schema: TSchema) => JsonObject = plainSchema): SchemaCollection => {
  const schemas: JsonObject = {}
  const convert = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(convert)
    if (typeof node !== 'object' || node === null) return node
    const { title: name, ...rest } = node
    const named = typeof name === 'string'
    const members = Object.entries(named ? rest : node)
    const schema = Object.fromEntries(members.map(([key, value]) => [key, dataKeywords.has(key) ? value : convert(value)]))
    if (!named) return schema
    if (schemas[name] !== undefined && JSON.stringify(schemas[name]) !== JSON.stringify(schema))
      throw new Error(`two different schemas are named ${name}`)
    schemas[name] = schema
    return { $ref: `${prefix}${name}` }
  }
  return { schemas, refer: (schema) => convert(toJson(schema)) as JsonObject }
}

/** The collected schemas in alphabetical order. */
export const sortedSchemas = ({ schemas }: SchemaCollection): JsonObject =>
  Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
