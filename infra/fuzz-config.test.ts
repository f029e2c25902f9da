// Configuration of the fuzzer: sign-in of each pass, excluded checks, and refusals that the OpenAPI document does not describe.
import { expect, test } from 'vitest'
import { configFor, leftOut, type Operation, reasonToRefuse, roles } from './fuzz-config.ts'

const operation = (codes: readonly string[], more: Partial<Operation> = {}): Operation => ({
  operationId: 'doIt',
  responses: {
    400: { content: { 'application/problem+json': { examples: Object.fromEntries(codes.map((code) => [code, {}])) } } },
  },
  ...more,
})

test.each([
  ['a schema alone', operation(['validation_failed']), null],
  ['a key that is required', operation(['validation_failed', 'idempotency_key_missing']), null],
  ['a code', operation(['validation_failed', 'otp_invalid']), 'otp_invalid'],
  ['a cursor', operation(['validation_failed'], { parameters: [{ name: 'limit' }, { name: 'cursor' }] }), 'cursor'],
  ['an id in the path', operation(['validation_failed'], { parameters: [{ name: 'lineId', in: 'path' }] }), 'an id'],
  ['nothing at all', { operationId: 'doIt', responses: {} }, null],
])('a refusal that follows from %s is judged', (_, given, reason) => {
  expect(reasonToRefuse(given)).toBe(reason)
})

test('the anonymous pass does not sign in, and the other passes sign in again when a token has expired', () => {
  const document = { paths: { '/v1/x': { get: operation(['otp_invalid']), post: operation(['validation_failed']) } } }
  for (const role of roles) {
    const config = configFor(document, role)
    expect(config.includes('retry_on = [401]')).toBe(role !== 'unauthenticated')
    expect(config.match(/positive_data_acceptance.*"400"/g)).toHaveLength(1)
  }
})

test('every excluded check has a reason, and no check that finds defects is excluded', () => {
  for (const reason of Object.values(leftOut)) expect(reason.length).toBeGreaterThan(20)
  for (const check of ['not_a_server_error', 'status_code_conformance', 'response_schema_conformance', 'negative_data_rejection'])
    expect(leftOut).not.toHaveProperty(check)
})
