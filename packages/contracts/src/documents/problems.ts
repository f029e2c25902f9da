// The failures of the OpenAPI document: which codes a call may answer, and the responses and examples that describe them.
import { type TProperties, Type } from 'typebox'
import { OneOf } from '../common.ts'
import type { AuthLevel, Endpoint } from '../endpoint.ts'
import { type ErrorCode, errorCodes, errorKinds } from '../errors.ts'
import { Problem } from '../problem.ts'
import { problemExample } from './problem-examples.ts'
import type { JsonObject, SchemaCollection } from './schemas.ts'

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

/** The extra members that problems with one of these codes may have. */
const extrasOf = (codes: readonly ErrorCode[]): TProperties =>
  Object.fromEntries(
    codes.flatMap((code) =>
      Object.entries(errorKinds[code].extras ?? {}).map(([member, schema]) => [member, Type.Optional(schema)] as const),
    ),
  )

/** What every answer carries to be found in logs and traces. */
export const tracingHeaders: JsonObject = {
  'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
  'X-Trace-Id': { $ref: '#/components/headers/X-Trace-Id' },
}

const problemResponse = (codes: readonly ErrorCode[], { refer }: SchemaCollection): JsonObject => {
  const retry = codes.some((code) => [429, 503].includes(errorKinds[code].status) || code === 'idempotency_key_in_flight')
  const coding = codes.includes('unsupported_media_type')
  return {
    description: codes.map((code) => `\`${code}\`: ${errorKinds[code].title}`).join('. '),
    headers: {
      ...tracingHeaders,
      ...(coding ? { 'Accept-Encoding': { $ref: '#/components/headers/Accept-Encoding' } } : {}),
      ...(retry ? { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } : {}),
    },
    content: {
      'application/problem+json': {
        schema: { allOf: [refer(Problem), refer(Type.Object({ code: OneOf(...codes), ...extrasOf(codes) }))] },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  }
}

/** The failures of a call by status. A status with one code refers to the response of that code. */
export const problemResponses = (endpoint: Endpoint, schemas: SchemaCollection): JsonObject => {
  const byStatus = Map.groupBy(errorCodesOf(endpoint), (code) => errorKinds[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      codes.length === 1 ? { $ref: `#/components/responses/${codes[0]}` } : problemResponse(codes, schemas),
    ]),
  )
}

/** The response of each code that stands alone in its status somewhere in the surface. */
export const sharedProblems = (endpoints: readonly Endpoint[], schemas: SchemaCollection): JsonObject => {
  const alone = new Set(
    endpoints.flatMap((endpoint) =>
      [...Map.groupBy(errorCodesOf(endpoint), (code) => errorKinds[code].status).values()]
        .filter((codes) => codes.length === 1)
        .flat(),
    ),
  )
  return Object.fromEntries(errorCodes.filter((code) => alone.has(code)).map((code) => [code, problemResponse([code], schemas)]))
}

/** The examples of the codes that these calls may answer, by code. */
export const problemExamples = (endpoints: readonly Endpoint[]): JsonObject => {
  const used = new Set(endpoints.flatMap(errorCodesOf))
  return Object.fromEntries(
    errorCodes
      .filter((code) => used.has(code))
      .map((code) => [
        code,
        { summary: errorKinds[code].title, description: errorKinds[code].remedy, value: problemExample(code) },
      ]),
  )
}
