// Fuzzer configuration, derived from the OpenAPI document: the checks that run, and the refusals that the document does not describe.

interface Parameter {
  name?: string
  in?: string
}
interface Response {
  content?: Record<string, { examples?: Record<string, unknown> }>
}
export interface Operation {
  operationId: string
  parameters?: Parameter[]
  responses: Record<string, Response>
}
export interface Document {
  paths: Record<string, Record<string, Operation>>
}

export type Role = 'unauthenticated' | 'customer' | 'admin'

/** Role of each pass, with the accounts of the seeded shop. */
const accounts: Readonly<Record<Role, string | null>> = {
  unauthenticated: null,
  customer: 'bob@example.com',
  admin: 'admin@example.com',
}
export const roles = Object.keys(accounts) as Role[]

/** Excluded checks, each with its reason. All other checks of schemathesis run. */
export const leftOut: Readonly<Record<string, string>> = {
  object_level_authorization: 'needs two accounts that know each other’s ids; the access matrix of the gateway tests this',
}

/** Allowed statuses of a request that does not fit its schema: any refusal. */
const refusals = ['4xx', '5xx']
/** Allowed statuses of a request that fits its schema. Another check covers 5xx. */
const answers = ['2xx', '3xx', '401', '403', '404', '409', '413', '422', '429', '431', '5xx']

/** The generator ignores patterns with a look-ahead, so its values need not fit them. */
const unusablePattern = /\(\?[=!<]/

/** Refusals that follow from a schema, or from a header with tests of its own. */
const foreseeable = new Set(['validation_failed', 'idempotency_key_missing'])

/**
 * Why an operation may refuse with 400 what fits its schema, or null: whether a cursor, a code, a password, a signature or a return
 * address is good is known to the shop alone.
 */
export const reasonToRefuse = (operation: Operation): string | null => {
  const codes = Object.keys(operation.responses['400']?.content?.['application/problem+json']?.examples ?? {})
  const own = codes.filter((code) => !foreseeable.has(code))
  if (own.length > 0) return own.join(', ')
  if (JSON.stringify(operation).includes('"currentPassword"')) return 'currentPassword'
  if (operation.parameters?.some(({ name }) => name === 'cursor')) return 'cursor'
  // Schemathesis guesses links between calls: it uses a cart's id for a line, and the text None for a null id.
  if (operation.parameters?.some((parameter) => parameter.in === 'path')) return 'an id'
  return unusablePattern.test(JSON.stringify(operation)) ? 'pattern' : null
}

const quoted = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`

const signIn = (role: Role): string[] => {
  const email = accounts[role]
  if (email === null) return ['[auth]', 'auto-signup = false', '']
  return [
    '[auth.dynamic.openapi.accessToken]',
    'path = "/v1/auth/login"',
    `payload = { email = ${JSON.stringify(email)}, password = "cartwright-demo" }`,
    'extract_selector = "/accessToken"',
    // Tokens expire, or the fuzzer revokes them. Then it signs in again.
    'retry_on = [401]',
    '',
  ]
}

/** The content of `schemathesis.toml` for one pass. */
export const configFor = (document: Document, role: Role): string => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  const refusing = operations.flatMap((operation) => {
    const reason = reasonToRefuse(operation)
    return reason === null ? [] : [{ id: operation.operationId, reason }]
  })
  return [
    ...signIn(role),
    '[checks]',
    `negative_data_rejection.expected-statuses = ${quoted(refusals)}`,
    `positive_data_acceptance.expected-statuses = ${quoted(answers)}`,
    ...Object.keys(leftOut).map((check) => `${check}.enabled = false`),
    '',
    ...refusing.flatMap(({ id, reason }) => [
      `# ${reason}`,
      '[[operations]]',
      `include-operation-id = ${JSON.stringify(id)}`,
      `checks.positive_data_acceptance.expected-statuses = ${quoted([...answers, '400'])}`,
      '',
    ]),
  ].join('\n')
}
