// One operation of the OpenAPI document: parameters, body, answers and examples of an endpoint.
import { IsOptional, type TSchema } from 'typebox'
import type { AuthLevel, Endpoint } from '../endpoint.ts'
import { problemResponses, tracingHeaders } from './problems.ts'
import { type JsonObject, plainSchema, type SchemaCollection } from './schemas.ts'
import { sdkSample } from './sdk-sample.ts'

const phrases: Record<string, string> = { 200: 'Done', 201: 'Created', 202: 'Accepted', 204: 'Done; the answer is empty' }

const exampleOf = (value: unknown): JsonObject => (value === undefined ? {} : { example: value as JsonObject })

/** The example of the answer; an event of a stream as it is sent. */
const shownExample = ({ produces, examples }: Endpoint): unknown => {
  if (produces !== 'text/event-stream' || examples === undefined) return examples?.response
  const { id, event, data } = examples.response as { id?: number; event: string; data: unknown }
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The schema of an answer's content. A stream is text; `contentSchema` says what the data of each of its events is. */
const contentSchema = ({ produces }: Endpoint, schema: JsonObject): JsonObject =>
  produces === 'text/event-stream' ? { type: 'string', contentMediaType: produces, contentSchema: schema } : schema

const successResponses = (endpoint: Endpoint, { refer }: SchemaCollection): JsonObject => {
  const headers: JsonObject = { ...tracingHeaders }
  if (endpoint.idempotent) headers['Idempotent-Replayed'] = { $ref: '#/components/headers/Idempotent-Replayed' }
  if (endpoint.cacheSec !== undefined) headers.ETag = { $ref: '#/components/headers/ETag' }
  if (endpoint.cookieSession) headers['Set-Cookie'] = { $ref: '#/components/headers/Set-Cookie' }
  const responses: JsonObject = {}
  for (const [status, schema] of Object.entries(endpoint.response)) {
    const empty = plainSchema(schema).type === 'null' || status === '204'
    const example = Number(status) === endpoint.success ? exampleOf(shownExample(endpoint)) : {}
    responses[status] = {
      description: phrases[status] ?? 'Done',
      headers,
      ...(empty
        ? {}
        : {
            content: {
              [endpoint.produces ?? 'application/json']: { schema: contentSchema(endpoint, refer(schema)), ...example },
            },
          }),
    }
  }
  if (endpoint.cacheSec !== undefined) responses['304'] = { description: 'Your copy is current', headers }
  return responses
}

interface Members {
  properties: Record<string, TSchema & { description?: string }>
  required: readonly string[]
  patterns: Record<string, TSchema> | null
}

const membersOf = (schema: TSchema = {}): Members => {
  const {
    properties = {},
    required = [],
    patternProperties = null,
  } = schema as {
    properties?: Members['properties']
    required?: string[]
    patternProperties?: Record<string, TSchema>
  }
  return { properties, required, patterns: patternProperties }
}

const parameter = (
  place: 'path' | 'query',
  name: string,
  required: boolean,
  schema: TSchema & { description?: string },
  example: unknown,
  { refer }: SchemaCollection,
): JsonObject => ({
  name,
  in: place,
  required,
  ...(schema.description === undefined ? {} : { description: schema.description }),
  schema: refer(schema),
  ...exampleOf(example),
})

const parametersOf = (endpoint: Endpoint, schemas: SchemaCollection): JsonObject[] => {
  const params = membersOf(endpoint.params)
  const query = membersOf(endpoint.query)
  const { examples } = endpoint
  const names = [...endpoint.path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '')
  return [
    ...names.map((name) => parameter('path', name, true, params.properties[name] ?? {}, examples?.params?.[name], schemas)),
    ...Object.entries(query.properties).map(([name, schema]) =>
      parameter('query', name, query.required.includes(name), schema, examples?.query?.[name], schemas),
    ),
    ...(query.patterns
      ? [
          {
            name: 'filters',
            in: 'query',
            style: 'form',
            explode: true,
            description: 'Members are sent as query parameters of their own',
            schema: schemas.refer({ type: 'object', patternProperties: query.patterns } as TSchema),
            ...exampleOf(filterExample(endpoint, query.patterns)),
          },
        ]
      : []),
    ...(endpoint.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(endpoint.cookieSession ? [{ $ref: '#/components/parameters/XSession' }] : []),
    ...(endpoint.cacheSec === undefined ? [] : [{ $ref: '#/components/parameters/IfNoneMatch' }]),
    ...(endpoint.produces === 'text/event-stream' && endpoint.orderToken
      ? [{ $ref: '#/components/parameters/LastEventId' }]
      : []),
  ]
}

/** The members of the query example whose names follow a pattern. */
const filterExample = ({ examples }: Endpoint, patterns: object): unknown => {
  const expressions = Object.keys(patterns).map((pattern) => new RegExp(pattern, 'u'))
  const members = Object.entries(examples?.query ?? {}).filter(([name]) =>
    expressions.some((expression) => expression.test(name)),
  )
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

const requestBodyOf = (endpoint: Endpoint, { refer }: SchemaCollection): JsonObject => {
  if (!endpoint.body) return {}
  return {
    requestBody: {
      // A body of which everything may be left out is still a body, unless the contract says that none is needed.
      required: !IsOptional(endpoint.body),
      ...(endpoint.rawBody ? { description: 'The exact bytes that were signed' } : {}),
      content: { 'application/json': { schema: refer(endpoint.body), ...exampleOf(endpoint.examples?.body) } },
    },
  }
}

const audience: Record<AuthLevel, string> = {
  public: 'Access: no token needed.',
  shopper: 'Access: guests and customers.',
  customer: 'Access: customers.',
  admin: 'Access: operators with the role `admin`.',
  internal: 'Access: services.',
}

const descriptionOf = (endpoint: Endpoint): string => {
  const access = [
    audience[endpoint.auth],
    ...(endpoint.orderToken ? ['Also takes the token that an order lookup gave for this order.'] : []),
    ...(endpoint.idempotent ? ['Needs an `Idempotency-Key`: the effect happens once per key.'] : []),
  ].join(' ')
  return endpoint.description === undefined ? access : `${endpoint.description}\n\n${access}`
}

const codeSamples = (endpoint: Endpoint, publicUrl: string): JsonObject => {
  const source = sdkSample(endpoint, publicUrl)
  return source === null ? {} : { 'x-codeSamples': [{ lang: 'TypeScript', label: 'SDK', source }] }
}

interface OperationOptions {
  tag: string
  schemas: SchemaCollection
  /** Address of the gateway in samples. */
  publicUrl: string
}

export const operationOf = (endpoint: Endpoint, { tag, schemas, publicUrl }: OperationOptions): JsonObject => {
  const parameters = parametersOf(endpoint, schemas)
  return {
    operationId: endpoint.operationId,
    tags: [tag],
    summary: endpoint.summary,
    description: descriptionOf(endpoint),
    security: endpoint.auth === 'public' ? [] : [{ accessToken: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBodyOf(endpoint, schemas),
    responses: { ...successResponses(endpoint, schemas), ...problemResponses(endpoint, schemas) },
    ...codeSamples(endpoint, publicUrl),
  }
}
