// Builds the OpenAPI 3.1 document of the public surface from the contracts; the same input gives the same document.
import type { Endpoint } from '../endpoint.ts'
import { mapNames, serviceNames, services } from '../services.ts'
import { operationOf } from './operation.ts'
import { problemExamples, sharedProblems } from './problems.ts'
import { collectSchemas, type JsonObject, type SchemaCollection, sortedSchemas } from './schemas.ts'

interface OpenApiOptions {
  /** Endpoints by the name of the service that answers them; internal ones are left out. */
  apis: Readonly<Record<string, Readonly<Record<string, Endpoint>>>>
  /** Address of the gateway as clients see it. */
  publicUrl: string
}

const tagDescriptions: Readonly<Record<string, string>> = {
  ...mapNames(serviceNames, (name) => services[name].about),
  operations: 'Dead letters and replays, over all services.',
}

const introduction = `Every call goes through the gateway.

- **Signing in.** \`POST /v1/auth/guest\` makes anybody a guest, a customer without an e-mail address; registering or signing in makes a customer.
  Send \`Authorization: Bearer <access token>\`. Access tokens live 10 minutes: refresh them.
- **Browsers** send \`X-Session: shop\` (or \`console\`) when they sign in, refresh and sign out. The refresh token then is an HttpOnly cookie that no script reads; keep
  the access token in memory, and refresh with the same header and no body after a reload.
- **Idempotency.** Calls that take an \`Idempotency-Key\` have their effect once per key; a replay carries \`Idempotent-Replayed: true\`.
- **Lists** answer \`{ items, nextCursor }\` and take \`limit\` and \`cursor\`.
- **Waiting.** \`GET /v1/orders/{orderId}/payment\` and \`GET /v1/orders/{orderId}\` take \`waitSec\` (0 to 20) and \`known\`, the state or status that you have. They answer the moment
  it is another one, or after that time with what there is; then ask again. After a checkout three calls see it through: the payment with \`known=preparing\` brings the address of the
  payment page, the payment with \`known=open\` says how paying went, and the order with \`known=pending\` answers when it is \`processing\` or \`cancelled\`.
  A free order has the payment \`not_required\` at once and needs the last call only.
- **Streams.** \`GET /v1/orders/{orderId}/events\` and \`GET /v1/products/{idOrSlug}/stock-events\` are server-sent events (\`text/event-stream\`): each event has the name and the
  \`data\` that its schema shows, with the full state. Read them with \`fetch\`, which can send \`Authorization\`; connect again when a stream ends.
- **Errors** are \`application/problem+json\` with a stable \`code\`; \`type\` is the address of a page about it. \`title\` and messages about fields are in the language of \`Accept-Language\`.
- **Money** is integer minor units with a currency; times are RFC 3339 in UTC; ids carry a prefix.`

/** Request headers that several operations take. */
const parameters: JsonObject = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'One unique key per intended effect, repeated on retries; kept for 24 hours',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    example: 'c0a8a5d2-6a1f-4a3e-9d7b-1f2e3d4c5b6a',
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'ETag of what you have',
    schema: { type: 'string' },
  },
  XSession: {
    name: 'X-Session',
    in: 'header',
    required: false,
    description:
      'For browsers: keeps the refresh token in the cookie `cw_refresh_shop` or `cw_refresh_console`, out of reach of scripts. It needs an allowed `Origin`, and `credentials: "include"` from another origin',
    schema: { type: 'string', enum: ['shop', 'console'] },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'Id of the last event that you have; a browser’s EventSource sends it by itself',
    schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
  },
}

const components = (endpoints: readonly Endpoint[], schemas: SchemaCollection): JsonObject => ({
  securitySchemes: {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'The access token of a guest, a customer or an admin. `POST /v1/auth/guest` and `POST /v1/auth/login` answer one as `accessToken`: paste it without the word Bearer.',
    },
  },
  parameters,
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
    'Set-Cookie': {
      description:
        'With `X-Session`: the refresh token as a cookie for `/v1/auth`; `HttpOnly`, `SameSite=Strict`, and `Secure` but on loopback',
      schema: { type: 'string' },
    },
    ETag: { description: 'Send it as If-None-Match next time', schema: { type: 'string' } },
  },
  responses: sharedProblems(endpoints, schemas),
  examples: problemExamples(endpoints),
  // Last: what comes before adds to the schemas.
  schemas: sortedSchemas(schemas),
})

/** The OpenAPI 3.1 document of the whole public surface. */
export const openApi = ({ apis, publicUrl }: OpenApiOptions): JsonObject => {
  const published = Object.entries(apis).flatMap(([tag, api]) =>
    Object.values(api).flatMap((endpoint) => (endpoint.auth === 'internal' ? [] : [{ tag, endpoint }])),
  )
  const schemas = collectSchemas('#/components/schemas/')
  const paths: Record<string, JsonObject> = {}
  for (const { tag, endpoint } of published) {
    const path = endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint, { tag, schemas, publicUrl }) }
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
    tags: [...new Set(published.map(({ tag }) => tag))].map((name) => ({
      name,
      'x-displayName': name.slice(0, 1).toUpperCase() + name.slice(1),
      description: tagDescriptions[name] ?? name,
    })),
    security: [{ accessToken: [] }],
    paths,
    components: components(
      published.map(({ endpoint }) => endpoint),
      schemas,
    ),
  }
}
