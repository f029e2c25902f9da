// The gateway's own pages and documents: valid, locked down, and without a word about what only others may know.
import { createHash } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../fixtures.ts'
import { mountedEndpoints } from '../surface.ts'

describe('the document', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in this process', { PUBLIC_URL: 'https://shop.example' })
  })
  afterAll(() => t.stop())

  test('is valid OpenAPI 3.1 and holds every public call and no internal one', async () => {
    const { body, text } = await t.anonymous.get('/openapi.json')
    const outcome = await new Validator().validate(JSON.parse(text))
    expect(outcome).toMatchObject({ valid: true })
    expect(body.openapi).toMatch(/^3\.1\./)
    expect(body.servers).toEqual([{ url: 'https://shop.example', description: 'The gateway' }])
    for (const { endpoint } of mountedEndpoints) {
      expect(body.paths[endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')][endpoint.method.toLowerCase()].operationId).toBe(
        endpoint.operationId,
      )
    }
    expect(Object.keys(body.paths).filter((path) => path.includes('internal'))).toEqual([])
  })

  test('gives each call one id, one tag and the errors it can answer, and every reference leads somewhere', async () => {
    const { body, text } = await t.anonymous.get('/openapi.json')
    const operations = Object.values<Record<string, { operationId: string; tags: string[]; responses: object }>>(
      body.paths,
    ).flatMap((item) => Object.values(item))
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length)
    for (const operation of operations) {
      expect(operation.tags).toHaveLength(1)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['429', '500']))
    }
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      expect(pointer.split('/').reduce((node, name) => node?.[name], body)).toBeDefined()
    }
  })

  test('whoever has it gets 304', async () => {
    const etag = (await t.anonymous.get('/openapi.json')).headers.get('etag') ?? ''
    expect((await t.anonymous.get('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  test('has a reference page that loads nothing from elsewhere', async () => {
    const page = await t.anonymous.get('/docs')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    for (const [, file = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file).not.toMatch(/^(https?:)?\/\//)
      expect((await t.anonymous.get(new URL(file, `${t.url}/docs/`).pathname)).status).toBe(200)
    }
    expect((await t.anonymous.get('/docs/json')).body.servers).toEqual([{ url: '/' }])
  })
})

describe('the pages', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in this process', {
      GATEWAY_MAILBOX_URL: 'http://localhost:8025',
      GATEWAY_SHOP_URL: 'https://shop.example/"><b>',
    })
  })
  afterAll(() => t.stop())

  test.each([
    '/',
    '/checkout/return?order=ord_000000',
    '/checkout/return',
    '/orders/view',
    '/orders/view?ticket=x',
    '/account/undo-email',
  ])('%s runs its own script and style and nothing else', async (path) => {
    const { text, headers } = await t.anonymous.get(path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const tag of ['script', 'style']) {
      for (const [, inner = ''] of text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))) {
        expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(inner).digest('base64')}'`)
      }
    }
    expect(text).not.toMatch(/ on[a-z]+="|style="/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('the start page links to what is configured', async () => {
    const { text } = await t.anonymous.get('/')
    expect(text).toContain('href="http://localhost:8025"')
    expect(text).not.toContain('sandbox')
    expect(text).toContain('curl')
  })

  test.each(['<script>alert(1)</script>', 'ord_1"><img src=x>', '../../admin', 'gst_000000'])(
    'an order called %s does not get into the page',
    async (order) => {
      const { text, status } = await t.anonymous.get(`/checkout/return?order=${encodeURIComponent(order)}`)
      expect(status).toBe(200)
      expect(text).toContain('names no order')
      expect(text).not.toContain(order)
    },
  )

  test('the way back to the shop is escaped', async () => {
    const { text } = await t.anonymous.get('/checkout/return?order=ord_000000')
    expect(text).not.toContain('"><b>')
    expect(t.service.seen).toEqual([])
  })
})
