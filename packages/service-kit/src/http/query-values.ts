// Parser of values in a query or a path. A number or boolean has one spelling; any other spelling stays text, which its schema refuses.

interface ValueSchema {
  type?: string
  anyOf?: ValueSchema[]
  items?: ValueSchema
  properties?: Record<string, ValueSchema>
  patternProperties?: Record<string, ValueSchema>
}

const wholeNumber = /^(0|-?[1-9][0-9]{0,15})$/
const decimalNumber = /^(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15})$/

const readOne = (text: unknown, type: string | undefined): unknown => {
  if (typeof text !== 'string') return text
  if (type === 'integer') return wholeNumber.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
  if (type === 'number') return decimalNumber.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

const readValue = (value: unknown, schema: ValueSchema): unknown => {
  if (schema.anyOf) {
    // A value that may be text stays text.
    if (schema.anyOf.some(({ type }) => type === 'string')) return value
    return schema.anyOf.map((branch) => readValue(value, branch)).find((read) => read !== value) ?? value
  }
  if (schema.type !== 'array') return readOne(value, schema.type)
  const { items = {} } = schema
  return [value].flat().map((item) => readValue(item, items))
}

/** Creates the parser of an object of texts. */
export const valueReader = (schema: object): ((texts: Record<string, unknown>) => Record<string, unknown>) => {
  const { properties = {}, patternProperties = {} }: ValueSchema = schema
  const patterns = Object.entries(patternProperties).map(([pattern, value]) => ({ pattern: new RegExp(pattern, 'u'), value }))
  const schemas = new Map(Object.entries(properties))
  return (texts) => {
    for (const [name, text] of Object.entries(texts)) {
      const found = schemas.get(name) ?? patterns.find(({ pattern }) => pattern.test(name))?.value
      if (found !== undefined) texts[name] = readValue(text, found)
    }
    return texts
  }
}
