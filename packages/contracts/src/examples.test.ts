// The documentation of every public call is complete, and its examples are what the call takes and answers.
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { problemExample } from './documents/problem-examples.ts'
import { errorCodesOf } from './documents/problems.ts'
import { plainSchema } from './documents/schemas.ts'
import { adminOpsApi, apis, type Endpoint, errorCodes, errorKinds, gatewayApi, openApi, Problem } from './index.ts'

const published: Endpoint[] = [
  ...Object.values(apis).flatMap((api) => Object.values(api)),
  ...Object.values(adminOpsApi),
  ...Object.values(gatewayApi),
].filter(({ auth }) => auth !== 'internal')

describe.each(published.map((one) => [one.operationId, one] as const))('%s', (_, endpoint) => {
  const { examples, params, query, body, response, success } = endpoint

  test('has a summary of at most five words and a description of one to three sentences', () => {
    expect(endpoint.summary.split(' ').length).toBeLessThanOrEqual(5)
    expect(endpoint.summary).toMatch(/^[A-Z].*[^.]$/)
    const sentences = (endpoint.description ?? '').split(/[.?!](?:\s+|$)/).filter((sentence) => sentence !== '')
    expect(sentences.length).toBeGreaterThanOrEqual(1)
    expect(sentences.length).toBeLessThanOrEqual(3)
    expect(endpoint.description).toMatch(/\.$/)
  })

  test('has an example of each of its parts', () => {
    const answered = response[success]
    const parts = {
      params: params !== undefined,
      body: body !== undefined,
      response: answered !== undefined && plainSchema(answered).type !== 'null',
    }
    const given = Object.fromEntries(
      Object.keys(parts).map((part) => [part, examples?.[part as keyof typeof parts] !== undefined]),
    )
    expect(given).toEqual(parts)
    expect(examples).toBeDefined()
  })

  test('has examples that fit its schemas and hold no member that those do not know', () => {
    const pairs = [
      [params, examples?.params],
      [query, examples?.query],
      [body, examples?.body],
      [response[success], examples?.response],
    ] as const
    for (const [schema, example] of pairs) {
      if (example === undefined) continue
      if (schema === undefined) throw new Error('there is an example without a schema')
      expect([...Value.Errors(schema, example)].map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([])
    }
    // Inputs are closed, so validation has refused unknown members there.
    const answered = response[success]
    if (answered && examples?.response !== undefined)
      expect(Value.Clean(answered, structuredClone(examples.response))).toEqual(examples.response)
  })
})

interface Purchase {
  lines: Line[]
  subtotal: Amount
  shipping: Amount
  discount: Amount
  total: Amount
}

/** Every object in a value that has both lines and a total. */
const priced = (value: unknown): Purchase[] => {
  if (typeof value !== 'object' || value === null) return []
  const nested = Object.values(value).flatMap(priced)
  return 'lines' in value && 'subtotal' in value ? [value as never, ...nested] : nested
}
interface Amount {
  amountMinor: number
}
interface Line {
  quantity: number
  unitPrice: Amount
  lineTotal: Amount
}

test('the amounts of every example add up', () => {
  const purchases = published.flatMap(({ examples }) => priced(examples?.response))
  expect(purchases.length).toBeGreaterThan(10)
  for (const { lines, subtotal, shipping, discount, total } of purchases) {
    for (const { quantity, unitPrice, lineTotal } of lines) expect(lineTotal.amountMinor).toBe(quantity * unitPrice.amountMinor)
    expect(subtotal.amountMinor).toBe(lines.reduce((sum, { lineTotal }) => sum + lineTotal.amountMinor, 0))
    expect(total.amountMinor).toBe(subtotal.amountMinor + shipping.amountMinor - discount.amountMinor)
  }
})

describe('a problem', () => {
  test.each(errorCodes)('%s has an example that fits the problem document and shows a member that the code adds', (code) => {
    const { extras = {} } = errorKinds[code]
    const example = problemExample(code)
    expect(Value.Check(Problem, example)).toBe(true)
    expect(example).toMatchObject({ code, status: errorKinds[code].status })
    const shown = Object.keys(extras).filter((member) => member in example)
    if (Object.keys(extras).length > 0) expect(shown).not.toEqual([])
    for (const member of shown) expect(Value.Check(extras[member] ?? {}, example[member])).toBe(true)
  })

  test('has the same schema for an extra member, whichever code adds it', () => {
    const members = errorCodes.flatMap((code) => Object.entries(errorKinds[code].extras ?? {}))
    for (const [, schemas] of Map.groupBy(members, ([member]) => member))
      expect(new Set(schemas.map(([, schema]) => JSON.stringify({ ...schema, description: '' }))).size).toBe(1)
  })

  test('names in each operation the codes of that operation and no others', () => {
    const document = openApi({
      apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi },
      publicUrl: 'http://localhost:8080',
    })
    type Content = { schema: { allOf: [object, { properties: { code: { enum: string[] } } }] } }
    type Failure = { $ref?: string; content?: Record<string, Content> }
    const { responses } = document.components as { responses: Record<string, Failure> }
    const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string; responses: object }>>)
    const byId = new Map(operations.flatMap((methods) => Object.values(methods)).map((one) => [one.operationId, one]))
    for (const endpoint of published) {
      const failures = Object.values((byId.get(endpoint.operationId)?.responses ?? {}) as Record<string, Failure>).flatMap(
        (failure) => {
          const { content } = failure.$ref ? (responses[failure.$ref.split('/').at(-1) ?? ''] ?? {}) : failure
          return content?.['application/problem+json']?.schema.allOf[1].properties.code.enum ?? []
        },
      )
      expect(failures.toSorted()).toEqual(errorCodesOf(endpoint).toSorted())
    }
  })
})
