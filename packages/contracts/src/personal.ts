// Personal data in contracts: a schema says what identifies a person, and what stands there once it is erased.
import type { TSchema } from 'typebox'

const keyword = 'x-erased'

/** Option of a schema: its values identify a person; `value` replaces them when they are erased. It must fit the schema. */
export const erasedAs = (value: unknown): { 'x-erased': unknown } => ({ [keyword]: value })

interface Node {
  'x-erased'?: unknown
  anyOf?: TSchema[]
  properties?: Record<string, TSchema>
  items?: TSchema
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy of `data` without what `schema` marks as personal. It fits the schema as well as the original does. */
export const withoutPersonalData = (schema: TSchema, data: unknown): unknown => {
  const node: Node = schema
  if (data === null || data === undefined) return data
  if (keyword in node) return node[keyword]
  if (node.anyOf) {
    const marked = node.anyOf.find((part) => keyword in part)
    return marked ? withoutPersonalData(marked, data) : data
  }
  const { items, properties } = node
  if (items && Array.isArray(data)) return data.map((item: unknown) => withoutPersonalData(items, item))
  if (!properties || !isObject(data)) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const property = properties[name]
      return [name, property ? withoutPersonalData(property, value) : value]
    }),
  )
}
