// The surface holds together: names are unique, errors exist, inputs are closed, internal paths stay inside, keys are fields.
import { describe, expect, test } from 'vitest'
import * as contracts from './index.ts'
import {
  AppError,
  adminOpsApi,
  allEvents,
  apis,
  asyncApi,
  type Endpoint,
  errorKinds,
  gatewayApi,
  openApi,
  opsApi,
  topics,
} from './index.ts'

const endpoints: Endpoint[] = [
  ...Object.values(apis).flatMap((api) => Object.values(api)),
  ...Object.values(gatewayApi),
  ...Object.values(opsApi),
  ...Object.values(adminOpsApi),
]
const schemaOf = (schema: unknown = {}) =>
  schema as { additionalProperties?: boolean; anyOf?: unknown[]; properties?: Record<string, unknown> }

describe('endpoints', () => {
  test('have names and addresses of their own', () => {
    const names = endpoints.map(({ operationId }) => operationId)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    const addresses = endpoints.map(({ method, path }) => `${method} ${path.replaceAll(/:[^/]+/g, ':')}`)
    expect(addresses.filter((address, index) => addresses.indexOf(address) !== index)).toEqual([])
  })

  test.each(endpoints.map((one) => [one.operationId, one] as const))(
    '%s is well-formed',
    (_, { path, params, auth, body, errors, idempotent, method }) => {
      const named = [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1])
      expect(Object.keys(schemaOf(params).properties ?? {}).toSorted()).toEqual(named.toSorted())
      expect(path.startsWith('/internal/')).toBe(auth === 'internal')
      for (const code of errors) expect(errorKinds[code]).toBeDefined()
      if (idempotent) expect(method).toBe('POST')
      if (body && !schemaOf(body).anyOf && schemaOf(body).properties) expect(schemaOf(body).additionalProperties).toBe(false)
    },
  )
})

describe('events', () => {
  test('have names of their own, in the past tense of their owner’s topic', () => {
    const names = allEvents.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    for (const { name, publisher, topic } of allEvents)
      expect([name.split('.')[0], topic]).toEqual([publisher, `${publisher}.events`])
    expect(topics).toEqual([...new Set(allEvents.map(({ topic }) => topic))])
  })

  test.each(allEvents.map((event) => [event.name, event] as const))('%s carries its key', (_, event) => {
    const { properties = {} } = event.data as { properties?: Record<string, unknown> }
    expect(Object.keys(properties)).toContain(event.key)
  })
})

test('an expected failure knows its status and its words', () => {
  const error = new AppError('out_of_stock', { extra: { shortages: [] }, retryAfterSec: 3 })
  expect(error).toMatchObject({
    status: 409,
    message: errorKinds.out_of_stock.title,
    extra: { shortages: [] },
    retryAfterSec: 3,
  })
  for (const kind of Object.values(errorKinds))
    expect(kind).toMatchObject({
      status: expect.any(Number),
      title: expect.stringMatching(/./),
      remedy: expect.stringMatching(/\.$/),
    })
})

test('clients in other languages can read every pattern of the document, and learn where a body is needed', () => {
  const document = openApi({ apis, publicUrl: 'http://localhost:8080' })
  const patterns: string[] = []
  JSON.stringify(document, (name, value: unknown) => {
    if (name === 'pattern' && typeof value === 'string') patterns.push(value)
    if (name === 'patternProperties') patterns.push(...Object.keys(value as object))
    return value
  })
  expect(patterns.length).toBeGreaterThan(20)
  for (const pattern of patterns) {
    expect(() => new RegExp(pattern, 'u'), pattern).not.toThrow()
    // Halves of UTF-16 pairs are no signs outside JavaScript.
    expect(pattern).not.toMatch(/\\u[dD][89a-fA-F]|\p{Cs}/u)
  }
  const operations = Object.values(document.paths as Record<string, Record<string, { requestBody?: { required: boolean } }>>)
  const bodies = operations.flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody }) => (requestBody ? [requestBody] : [])),
  )
  expect(bodies.filter(({ required }) => required).length).toBeGreaterThan(20)
})

test('every component of the documents is exported under its own name, and every named schema has the name of its export', () => {
  const exported = new Map(Object.entries(contracts as Record<string, unknown>))
  const nameOf = (value: unknown) => (value as { title?: unknown } | undefined)?.title
  const documents = [
    openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: 'http://localhost:8080' }),
    asyncApi({ events: allEvents }),
  ]
  const names = documents.flatMap((document) => Object.keys((document.components as { schemas: object }).schemas))
  expect(names.length).toBeGreaterThan(80)
  expect(names.filter((name) => nameOf(exported.get(name)) !== name)).toEqual([])
  expect([...exported].filter(([name, value]) => typeof nameOf(value) === 'string' && nameOf(value) !== name)).toEqual([])
})

test('every call of the OpenAPI document has a sample with the SDK, but for webhooks that others send', () => {
  const document = openApi({ apis: { ...apis, operations: adminOpsApi, gateway: gatewayApi }, publicUrl: 'https://shop.example' })
  const operations = Object.values(document.paths as object)
    .flatMap((path): Record<string, unknown>[] => Object.values(path))
    // A public stream may be read by the browser's own EventSource.
    .filter((operation) => operation.operationId === 'streamOrder' || !JSON.stringify(operation).includes('"text/event-stream"'))
  const sources = operations.map((operation) => [
    operation.operationId,
    (operation['x-codeSamples'] as { source: string }[] | undefined)?.[0]?.source,
  ])
  expect(sources.filter(([, source]) => source === undefined).map(([operationId]) => operationId)).toEqual([
    'stripeWebhook',
    'sendGridWebhook',
    'mailgunWebhook',
  ])
  expect(Object.fromEntries(sources)).toMatchObject({
    addCartLine: expect.stringContaining("await shop.cart.add({ sku: 'HARB-MUG-SND', quantity: 2 })"),
    enterCartCode: expect.stringContaining("await shop.cart.addCode('autumn10')"),
    listOrders: expect.stringContaining('for await (const item of shop.orders.list({ limit: 20 })) {'),
    streamOrder: expect.stringMatching(/for await \(const item of shop\.orders\.events\('ord_\w+'\)\) \{/),
    deliverOrder: expect.stringMatching(
      /createAdminClient\({ baseUrl: 'https:\/\/shop\.example' }\)[\s\S]*admin\.orders\.deliver\('ord_\w+'/,
    ),
  })
})
