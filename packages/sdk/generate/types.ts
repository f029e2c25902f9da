// Types of the SDK: interfaces of the named schemas, of each operation's input, response and errors, and of each error's details.
import { collectSchemas, type Endpoint, errorCodesOf, errorKinds } from '@cartwright/contracts'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { TSchema } from 'typebox'
import { isInputOptional, listOperations, type Operation, successSchemas } from './operations.ts'

type Refer = (schema: TSchema) => JSONSchema

const object = (properties: Record<string, JSONSchema>, optional: readonly string[] = []): JSONSchema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
})

/**
 * Members whose names have a prefix become a type of their own: TypeScript would compare an index signature with every member.
 * The pattern of the names begins with the prefix, such as `^option\\.`.
 */
const withPatterns = (schema: JSONSchema): JSONSchema => {
  const { patternProperties, ...rest } = schema
  const [, prefix] = /^\^(\w+\\\.)/.exec(Object.keys(patternProperties ?? {})[0] ?? '') ?? []
  if (prefix === undefined) return schema
  const name = `\`${prefix.replace('\\', '')}\${string}\``
  return { allOf: [rest, { tsType: `{ [name: ${name}]: string | string[] }` }] }
}

const responseOf = (endpoint: Endpoint, refer: Refer): JSONSchema => {
  if (endpoint.produces === 'application/pdf') return { tsType: 'Blob' }
  if (endpoint.produces !== undefined && endpoint.produces !== 'application/json') return { tsType: 'string' }
  const schemas = successSchemas(endpoint).map((schema) => refer(schema))
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()]
  if (distinct.length === 1 && distinct[0]?.type === 'null') return { tsType: 'void' }
  return distinct.length === 1 ? (distinct[0] as JSONSchema) : { anyOf: distinct }
}

const operationType = (endpoint: Endpoint, refer: Refer): JSONSchema => {
  const { params, query, body } = endpoint
  const input = query ?? body
  const members = {
    ...(params ? { params: refer(params) } : {}),
    ...(query ? { query: withPatterns(refer(query)) } : {}),
    ...(body ? { body: refer(body) } : {}),
    response: responseOf(endpoint, refer),
    errors: { enum: errorCodesOf(endpoint) },
  }
  return object(members, input && isInputOptional(endpoint) ? ['query', 'body'] : [])
}

const operationTypes = (operations: readonly Operation[], client: Operation['client'], refer: Refer): JSONSchema =>
  object(
    Object.fromEntries(
      operations
        .filter((operation) => operation.client === client)
        .map(({ endpoint }) => [endpoint.operationId, operationType(endpoint, refer)]),
    ),
  )

/** What the problem of each code may hold beside the members of every problem. */
const detailTypes = (refer: Refer): JSONSchema =>
  object(
    Object.fromEntries(
      Object.entries(errorKinds).map(([code, { extras = {} }]) => [
        code,
        { ...object(Object.fromEntries(Object.entries(extras).map(([name, schema]) => [name, refer(schema)]))), required: [] },
      ]),
    ),
  )

/** Codes of currencies and countries are text to a program: what one call answers must fit what another one takes. */
const withoutLongEnums = (schemas: Record<string, JSONSchema>): Record<string, JSONSchema> =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      (schema.enum?.length ?? 0) > 50 ? { ...schema, tsType: 'string' } : schema,
    ]),
  )

/** TypeScript source with every type that is derived from the contracts. */
export const typesSource = async (): Promise<string> => {
  const operations = listOperations()
  const { refer, schemas } = collectSchemas('#/definitions/')
  const own = {
    ShopOperations: operationTypes(operations, 'shop', refer as Refer),
    AdminOperations: operationTypes(operations, 'admin', refer as Refer),
    ErrorDetails: detailTypes(refer as Refer),
  }
  const root = { ...object({}), definitions: { ...withoutLongEnums(schemas as Record<string, JSONSchema>), ...own } }
  const source = await compile(root as never, 'Unused', {
    additionalProperties: false,
    bannerComment: '// Generated from the contracts; do not edit.',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  })
  return source
    .replace(/export interface Unused \{\s*\}\n/, '')
    .replace(/( \* *\n)? \* This interface was referenced by `Unused`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g, '')
    .replace(/\/\*\*\n \*\/\n/g, '')
}
