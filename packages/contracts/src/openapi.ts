// Builds the OpenAPI 3.1 document of the public surface from the contracts; the same input gives the same document.
import { IsOptional, type TSchema } from 'typebox'
import { Problem } from './common.ts'
import type { AuthLevel, Endpoint } from './endpoint.ts'
import { type ErrorCode, errorKinds } from './errors.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** Half of a pair of UTF-16 in a pattern: no text in UTF-8 holds one, and the regular expressions of other languages know no such sign. */
const surrogates = /(?:\\){1,2}u[dD]800-(?:\\){1,2}u[dD][fF]{3}/g

/** Plain JSON Schema of a TypeBox schema, without the keyword of the shop's own validators, with patterns that every client can read. */
export const plainSchema = (schema: TSchema): JsonObject =>
  JSON.parse(
    JSON.stringify(schema, (name, value) => (name === 'normalize' && typeof value === 'string' ? undefined : value)).replace(
      surrogates,
      '',
    ),
  ) as JsonObject

export interface OpenApiOptions {
  /** Endpoints by the name of the service that answers them; internal ones are left out. */
  apis: Readonly<Record<string, Readonly<Record<string, Endpoint>>>>
  /** Address of the gateway as clients see it. */
  publicUrl: string
}

const tagDescriptions: Record<string, string> = {
  identity: 'Who you are: guests, customers, sessions, addresses.',
  catalog: 'What is sold, at what price, whether there is stock.',
  cart: 'What a shopper wants.',
  order: 'Checkout, orders, shipping, refunds and the operators’ view of them.',
  payment: 'Whether money moved.',
  notification: 'What was said to whom.',
  operations: 'Dead letters and replays, over all services.',
  gateway: 'Pages and documents of the gateway itself.',
}

const introduction = `Every call goes through the gateway.

- **Signing in.** \`POST /v1/auth/guest\` makes anybody a guest, a customer without an e-mail address; registering or signing in makes a customer.
  Send \`Authorization: Bearer <access token>\`. Access tokens live 10 minutes: refresh them.
- **Idempotency.** Calls that take an \`Idempotency-Key\` have their effect once per key; a replay carries \`Idempotent-Replayed: true\`.
- **Lists** answer \`{ items, nextCursor }\` and take \`limit\` and \`cursor\`.
- **Waiting.** \`GET /v1/orders/{orderId}/payment\` and \`GET /v1/orders/{orderId}\` take \`waitSec\` (0 to 20) and \`known\`, the state or status that you have. They answer the moment
  it is another one, or after that time with what there is; then ask again. After a checkout three calls see it through: the payment with \`known=preparing\` brings the address of the
  payment page, the payment with \`known=open\` says how paying went, and the order with \`known=pending\` answers when it is \`processing\` or \`cancelled\`.
- **Errors** are \`application/problem+json\` with a stable \`code\`.
- **Money** is integer minor units with a currency; times are RFC 3339 in UTC; ids carry a prefix.`

const roleErrors: Record<AuthLevel, readonly ErrorCode[]> = {
  public: [],
  shopper: ['unauthenticated'],
  customer: ['unauthenticated', 'forbidden'],
  admin: ['unauthenticated', 'forbidden'],
  internal: ['unauthenticated'],
}

/** Every code that a call may answer: its own, and those that follow from its contract. */
export const errorCodesOf = (endpoint: Endpoint): ErrorCode[] => {
  const general: ErrorCode[] = [
    'validation_failed',
    'request_head_too_large',
    ...(endpoint.method === 'GET' ? [] : (['payload_too_large', 'request_timeout', 'unsupported_media_type'] as const)),
    ...(endpoint.idempotent ? (['idempotency_key_missing', 'idempotency_key_in_flight', 'idempotency_key_reused'] as const) : []),
    ...roleErrors[endpoint.auth],
    'rate_limited',
    'internal',
    'upstream_unavailable',
  ]
  return [...new Set([...endpoint.errors, ...general])].sort(
    (a, b) => errorKinds[a].status - errorKinds[b].status || (a < b ? -1 : 1),
  )
}

const problemExample = (code: ErrorCode): JsonObject => ({
  summary: errorKinds[code].title,
  description: errorKinds[code].remedy,
  value: {
    type: `urn:cartwright:error:${code}`,
    title: errorKinds[code].title,
    status: errorKinds[code].status,
    code,
    instance: '/v1/…',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  },
})

/** What every answer carries to be found in logs and traces. */
const tracing: JsonObject = {
  'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
  'X-Trace-Id': { $ref: '#/components/headers/X-Trace-Id' },
}

const problemResponses = (endpoint: Endpoint): JsonObject => {
  const byStatus = Map.groupBy(errorCodesOf(endpoint), (code) => errorKinds[code].status)
  const responses: JsonObject = {}
  for (const [status, codes] of byStatus) {
    const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]))
    const retry = status === 429 || status === 503 || codes.includes('idempotency_key_in_flight')
    const coding = codes.includes('unsupported_media_type')
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${errorKinds[code].title}`).join('. '),
      headers: {
        ...tracing,
        ...(coding ? { 'Accept-Encoding': { $ref: '#/components/headers/Accept-Encoding' } } : {}),
        ...(retry ? { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } : {}),
      },
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
    }
  }
  return responses
}

const phrases: Record<string, string> = { 200: 'Done', 201: 'Created', 202: 'Accepted', 204: 'Done, nothing to say' }

const successResponses = (endpoint: Endpoint): JsonObject => {
  const headers: JsonObject = { ...tracing }
  if (endpoint.idempotent) headers['Idempotent-Replayed'] = { $ref: '#/components/headers/Idempotent-Replayed' }
  if (endpoint.cacheSec !== undefined) headers.ETag = { $ref: '#/components/headers/ETag' }
  const responses: JsonObject = {}
  for (const [status, schema] of Object.entries(endpoint.response)) {
    const plain = plainSchema(schema)
    const empty = plain.type === 'null' || status === '204'
    responses[status] = {
      description: phrases[status] ?? 'Done',
      headers,
      ...(empty ? {} : { content: { [endpoint.produces ?? 'application/json']: { schema: plain } } }),
    }
  }
  if (endpoint.cacheSec !== undefined) responses['304'] = { description: 'What you have is still right', headers }
  return responses
}

const members = (
  schema: TSchema | undefined,
): { properties: Record<string, JsonObject>; required: string[]; patterns: JsonObject | null } => {
  const plain = schema ? plainSchema(schema) : {}
  return {
    properties: (plain.properties ?? {}) as Record<string, JsonObject>,
    required: (plain.required ?? []) as string[],
    patterns: (plain.patternProperties ?? null) as JsonObject | null,
  }
}

const described = (schema: JsonObject): JsonObject =>
  typeof schema.description === 'string' ? { description: schema.description } : {}

const parametersOf = (endpoint: Endpoint): JsonObject[] => {
  const params = members(endpoint.params)
  const query = members(endpoint.query)
  const names = [...endpoint.path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '')
  return [
    ...names.map((name) => ({
      name,
      in: 'path',
      required: true,
      ...described(params.properties[name] ?? {}),
      schema: params.properties[name] ?? { type: 'string' },
    })),
    ...Object.entries(query.properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: query.required.includes(name),
      ...described(schema),
      schema,
    })),
    ...(query.patterns
      ? [
          {
            name: 'filters',
            in: 'query',
            style: 'form',
            explode: true,
            description: 'Members are sent as query parameters of their own',
            schema: { type: 'object', patternProperties: query.patterns },
          },
        ]
      : []),
    ...(endpoint.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(endpoint.cacheSec === undefined ? [] : [{ $ref: '#/components/parameters/IfNoneMatch' }]),
  ]
}

const requestBodyOf = (endpoint: Endpoint): JsonObject => {
  if (endpoint.body) {
    const schema = plainSchema(endpoint.body)
    return {
      requestBody: {
        // A body of which everything may be left out is still a body, unless the contract says that none is needed.
        required: !IsOptional(endpoint.body),
        content: { 'application/json': { schema } },
      },
    }
  }
  return endpoint.rawBody
    ? {
        requestBody: {
          required: true,
          description: 'The exact bytes that were signed',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      }
    : {}
}

const audience: Record<AuthLevel, string> = {
  public: 'Anybody.',
  shopper: 'Guests and customers.',
  customer: 'Customers.',
  admin: 'Operators with the role `admin`.',
  internal: 'Services.',
}

const operationOf = (tag: string, endpoint: Endpoint): JsonObject => {
  const parameters = parametersOf(endpoint)
  return {
    operationId: endpoint.operationId,
    tags: [tag],
    summary: endpoint.summary,
    description: `For: ${audience[endpoint.auth]}${endpoint.orderToken ? ' Also takes the token that an order lookup gave for this order.' : ''}${endpoint.idempotent ? ' Needs an `Idempotency-Key`: the effect happens once per key.' : ''}`,
    security: endpoint.auth === 'public' ? [] : [{ accessToken: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBodyOf(endpoint),
    responses: { ...successResponses(endpoint), ...problemResponses(endpoint) },
  }
}

const components = (): JsonObject => ({
  securitySchemes: {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'The access token of a guest, a customer or an admin. `POST /v1/auth/guest` and `POST /v1/auth/login` answer one as `accessToken`: paste it without the word Bearer.',
    },
  },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'One unique key per intended effect, repeated on retries; kept for 24 hours',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    },
    IfNoneMatch: {
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'ETag of what you have',
      schema: { type: 'string' },
    },
  },
  headers: {
    'X-Request-Id': { description: 'The id you sent, or a new one', schema: { type: 'string' } },
    'X-Trace-Id': { description: 'The trace of this request, `traceId` of a problem', schema: { type: 'string' } },
    'Accept-Encoding': {
      description: 'Present when the body was in a content coding: none is taken',
      schema: { type: 'string', enum: ['identity'] },
    },
    'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } },
    'Idempotent-Replayed': {
      description: '`true` when this is the answer to an earlier request with the same key',
      schema: { type: 'string', enum: ['true'] },
    },
    ETag: { description: 'Send it as If-None-Match next time', schema: { type: 'string' } },
  },
  schemas: { Problem: plainSchema(Problem) },
  examples: Object.fromEntries((Object.keys(errorKinds) as ErrorCode[]).map((code) => [code, problemExample(code)])),
})

/** The OpenAPI 3.1 document of the whole public surface. */
export const openApi = ({ apis, publicUrl }: OpenApiOptions): JsonObject => {
  const paths: Record<string, JsonObject> = {}
  const tags = Object.keys(apis).filter((tag) => Object.values(apis[tag] ?? {}).some((endpoint) => endpoint.auth !== 'internal'))
  for (const tag of tags) {
    for (const endpoint of Object.values(apis[tag] ?? {})) {
      if (endpoint.auth === 'internal') continue
      const path = endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')
      paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(tag, endpoint) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cartwright',
      version: '1.0.0',
      summary: 'An event-driven commerce backend',
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl, description: 'The gateway' }],
    tags: tags.map((name) => ({ name, description: tagDescriptions[name] ?? name })),
    security: [{ accessToken: [] }],
    paths,
    components: components(),
  }
}
