// The gateway's own pages and documents: valid, with strict policies, and without internal endpoints.
import { createHash } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../../fixtures.ts'
import { proxiedEndpoints } from '../proxy/routes.ts'

describe('the OpenAPI document', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in this process', { PUBLIC_URL: 'https://shop.example' })
  })
  afterAll(() => t.stop())

  test('is valid OpenAPI 3.1 and holds every public endpoint and no internal one', async () => {
    const { body, text } = await t.anonymous.get('/openapi.json')
    const outcome = await new Validator().validate(JSON.parse(text))
    expect(outcome).toMatchObject({ valid: true })
    expect(body.openapi).toMatch(/^3\.1\./)
    expect(body.servers).toEqual([{ url: 'https://shop.example', description: 'The gateway' }])
    for (const { endpoint } of proxiedEndpoints) {
      expect(body.paths[endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')][endpoint.method.toLowerCase()].operationId).toBe(
        endpoint.operationId,
      )
    }
    expect(Object.keys(body.paths).filter((path) => path.includes('internal'))).toEqual([])
  })

  test('gives each operation one id, one tag and its errors, and resolves every reference', async () => {
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

  test('is 304 for a client that has the current version', async () => {
    const etag = (await t.anonymous.get('/openapi.json')).headers.get('etag') ?? ''
    expect((await t.anonymous.get('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  test('has a reference page that runs its own scripts and loads nothing from other hosts', async () => {
    const page = await t.anonymous.get('/docs')
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    const scripts = [...page.text.matchAll(/<script(?: src="([^"]+)")?[^>]*>([\s\S]*?)<\/script>/g)]
    expect(scripts).toHaveLength(2)
    for (const [, file, inline = ''] of scripts) {
      if (file) expect((await t.anonymous.get(file)).headers.get('content-type')).toMatch(/^text\/javascript/)
      else expect(policy).toContain(`'sha256-${createHash('sha256').update(inline).digest('base64')}'`)
    }
    expect(page.text).not.toMatch(/https?:\/\//)
    expect(page.text).toContain('"url": "/openapi.json"')
  })

  test('has a reference whose script is 304 for a client that has it', async () => {
    const script = await t.anonymous.get('/docs/scalar.js')
    expect(script.text.length).toBeGreaterThan(1_000_000)
    const etag = script.headers.get('etag') ?? ''
    expect((await t.anonymous.get('/docs/scalar.js', { headers: { 'if-none-match': etag } })).status).toBe(304)
    const plain = await t.anonymous.get('/docs/scalar.js', { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.text).toBe(script.text)
  })
})

describe('the pages', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in this process', {
      GATEWAY_MAILBOX_URL: 'http://localhost:8025',
      SHOP_NAME: 'Möwe & <Söhne>',
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
    for (const [tag, start] of [
      ['script', 'script-src'],
      ['style', "style-src 'self'"],
    ]) {
      for (const [, inner = ''] of text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))) {
        expect(policy).toContain(`${start} 'sha256-${createHash('sha256').update(inner).digest('base64')}'`)
      }
    }
    const files = [...text.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href = '']) => href)
    expect(files).toEqual(['/brand/tokens.css', '/brand/fonts.css', '/brand/sign.svg'])
    expect(text).toContain('</svg>Möwe &amp; &lt;Söhne&gt;</header>')
    expect(text).not.toMatch(/ on[a-z]+="|style="/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test.each([
    ['tokens.css', 'text/css; charset=utf-8'],
    ['fonts.css', 'text/css; charset=utf-8'],
    ['sign.svg', 'image/svg+xml'],
    ['fonts/inter-latin.woff2', 'font/woff2'],
    ['fonts/inter-latin-ext.woff2', 'font/woff2'],
  ])('serves %s of the brand as %s, for browsers to keep', async (name, type) => {
    const file = await t.anonymous.get(`/brand/${name}`)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe(type)
    expect(file.headers.get('cache-control')).toBe('public, max-age=86400')
    expect(file.headers.get('etag')).toMatch(/^(W\/)?"/)
  })

  test.each(['/brand/', '/brand/none.css', '/brand/../package.json', '/brand/..%2fpackage.json', '/brand/%2e%2e/package.json'])(
    'answers 404 for %s, which is no file of the brand',
    async (path) => {
      expect(await t.anonymous.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    },
  )

  test.each([
    ['/checkout/return?order=ord_000000', 'Weiter zur Zahlung', 'Go on paying'],
    ['/checkout/return', 'Diese Seite zeigt', 'This page shows'],
    ['/orders/view?ticket=x', 'Dieser Link öffnet keine Bestellung', 'This link opens no order'],
    ['/account/undo-email', 'Waren Sie das nicht?', 'Was it not you?'],
  ])('%s is in German or English, as the address or the browser asks', async (path, german, english) => {
    const inAddress = `${path}${path.includes('?') ? '&' : '?'}locale=`
    for (const [address, accepted, language, words] of [
      [path, 'de-AT,de;q=0.9,en;q=0.8', 'de-AT', german],
      [path, 'en-GB,de;q=0.5', 'en-GB', english],
      [path, 'fr-CA', 'en', english],
      [`${inAddress}de`, 'en', 'de', german],
      [`${inAddress}"><b>`, 'fr', 'en', english],
    ] as const) {
      const { text, headers } = await t.anonymous.get(address, { headers: { 'accept-language': accepted } })
      expect(text).toContain(words)
      expect(text).toContain(`<html lang="${language}">`)
      expect(text).not.toContain(words === german ? english : german)
      expect(headers.get('content-language')).toBe(language)
      expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
    }
  })

  test('the start page links to the configured tools', async () => {
    const { text } = await t.anonymous.get('/')
    expect(text).toContain('href="http://localhost:8025"')
    expect(text).not.toContain('sandbox')
    expect(text).toContain('curl')
  })

  test.each(['<script>alert(1)</script>', 'ord_1"><img src=x>', '../../admin', 'gst_000000'])(
    'an order id %s that is malformed does not appear in the page',
    async (order) => {
      const { text, status } = await t.anonymous.get(`/checkout/return?order=${encodeURIComponent(order)}`)
      expect(status).toBe(200)
      expect(text).toContain('names no order')
      expect(text).not.toContain(order)
    },
  )

  test('the link back to the shop is escaped', async () => {
    for (const path of ['/checkout/return?order=ord_000000', '/checkout/return']) {
      const { text } = await t.anonymous.get(path)
      expect(text).not.toContain('"><b>')
      expect(text).toMatch(/<a [^>]*href="https:\/\/shop\.example\/&quot;&gt;&lt;b&gt;"/)
    }
    expect(t.service.seen).toEqual([])
  })
})
