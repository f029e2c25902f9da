// Tests of the Elasticsearch client against a server that demands TLS and credentials.
import { elasticsearchAccess, readConfig, sharedSpec } from '@cartwright/service-kit'
import { secureProxy, testCertificates } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openElasticsearch } from './elasticsearch.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL
const basic = `Basic ${Buffer.from('shop:hunter2').toString('base64')}`
const apiKey = 'aWQ6aHVudGVyMg=='

let certificates: Awaited<ReturnType<typeof testCertificates>>
let proxy: Awaited<ReturnType<typeof secureProxy>>
beforeAll(async () => {
  certificates = await testCertificates()
  proxy = await secureProxy(engineUrl ?? 'http://127.0.0.1:9', certificates, [basic, `ApiKey ${apiKey}`])
})
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]()
  certificates?.[Symbol.dispose]()
})

/** Asks the server for its name, as a service with these variables would. */
const askWith = async (env: Record<string, string>): Promise<string> => {
  const all = { INTERNAL_AUTH_SECRET: 's', ELASTICSEARCH_URL: proxy.url, ELASTICSEARCH_CA_FILE: certificates.caFile, ...env }
  const shared = readConfig('catalog', '\0', sharedSpec, all)
  const engine = await openElasticsearch({
    url: shared.elasticsearchUrl,
    access: elasticsearchAccess(shared),
    prefix: 'secure',
    searchTimeoutMs: 3000,
    nowMs: Date.now,
  })
  if (engine === null) throw new Error('no engine is configured')
  try {
    return (await engine.client.info()).tagline
  } finally {
    await engine.client.close()
  }
}

test.skipIf(engineUrl === undefined).each([
  ['user and password', { ELASTICSEARCH_USERNAME: 'shop', ELASTICSEARCH_PASSWORD: 'hunter2' }],
  ['an API key', { ELASTICSEARCH_API_KEY: apiKey }],
])('the client reaches a server that demands TLS and %s', async (_, env) => {
  expect(await askWith(env)).toContain('Search')
})

test.each([
  ['a wrong password', { ELASTICSEARCH_USERNAME: 'shop', ELASTICSEARCH_PASSWORD: 'wrong-secret' }, /security_exception/],
  ['no credentials', {}, /security_exception/],
])('%s is refused with an error that holds no secret', async (_, env, reason) => {
  const error: unknown = await askWith(env).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ message: expect.stringMatching(reason) })
  expect((error as Error).message).not.toContain('wrong-secret')
})

test('a server of an unknown authority is refused', async () => {
  await expect(askWith({ ELASTICSEARCH_CA_FILE: certificates.unknownCaFile })).rejects.toThrow(/certificate/)
})
