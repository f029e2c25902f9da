// Error pages: every code has one in each language, `type` of a problem opens it, and an unknown code is 404.
import { errorCodes, errorKinds, errorTextOf, escapeHtml, languages } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../../fixtures.ts'

let t: GatewayUnderTest
beforeAll(async () => {
  t = await startGateway('in this process', { PUBLIC_URL: 'https://api.shop.example', SHOP_NAME: 'Harbour & Goods' })
})
afterAll(() => t?.stop())

const open = (path: string, language = '*') => t.anonymous.get(path, { headers: { 'accept-language': language } })
/** What a reader sees. */
const visible = (html: string) => html.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>/g, '')

describe.each(languages)('in %s', (language) => {
  test.each(errorCodes)('%s has a page with its title, status, meaning, remedy and extras', async (code) => {
    const { status, text, headers } = await open(`/errors/${code}`, language)
    const { title, remedy } = errorTextOf(code, language)
    expect(status).toBe(200)
    expect(headers.get('content-language')).toBe(language)
    expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
    expect(text).toContain(`<html lang="${language}">`)
    expect(text).toContain(`<h1>${escapeHtml(title)}</h1>`)
    expect(visible(text)).toContain(escapeHtml(remedy.replaceAll('`', '')))
    expect(visible(text)).toContain(`${code}, HTTP${language === 'de' ? '-Status' : ' status'} ${errorKinds[code].status}`)
    for (const member of Object.keys(errorKinds[code].extras ?? {})) expect(text).toContain(`<li><code>${member}</code>`)
    expect(text).toContain(escapeHtml(`"type": "https://api.shop.example/errors/${code}"`))
    expect(text).not.toMatch(/<p><\/p>|<h2[^>]*><\/h2>|undefined|<script/)
  })
})

test('no two codes have the same title, and German differs from English', () => {
  for (const language of languages)
    expect(new Set(errorCodes.map((code) => errorTextOf(code, language).title)).size).toBe(errorCodes.length)
  for (const code of errorCodes) {
    const [english, german] = [errorTextOf(code, 'en'), errorTextOf(code, 'de')]
    expect([code, german.title === english.title || german.remedy === english.remedy]).toEqual([code, false])
    const namesIn = (text: string) => (text.match(/`\w+`/g) ?? []).toSorted()
    expect([code, ...namesIn(german.remedy)]).toEqual([code, ...namesIn(english.remedy)])
  }
})

test('`type` of a problem of the gateway is the address of its page, and title and fields are in the reader’s language', async () => {
  const problem = await open('/v1/no-such-thing', 'de-AT')
  expect(problem).toMatchObject({ status: 404, body: { code: 'not_found', title: 'Hier ist nichts', detail: 'Hier ist nichts' } })
  expect(problem.headers.get('content-language')).toBe('de')
  expect(problem.headers.get('vary')).toMatch(/\bAccept-Language\b/)
  expect(problem.body.type).toBe('https://api.shop.example/errors/not_found')
  const page = await open(new URL(problem.body.type).pathname, 'fr')
  expect(page.text).toContain('There is nothing here')
  expect((await open('/v1/no-such-thing', 'fr')).body.title).toBe('There is nothing here')
})

test.each(['nothing_of_ours', 'constructor', '__proto__', encodeURIComponent('<script>alert(1)</script>')])(
  'an unknown code (%s) is a 404 page that repeats nothing of the address',
  async (code) => {
    for (const [language, title] of [
      ['en', 'There is no such error'],
      ['de', 'Diesen Fehler gibt es nicht'],
    ] as const) {
      const { status, text, headers } = await open(`/errors/${code}`, language)
      expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
      expect(text).toContain(`<h1>${title}</h1>`)
      expect(text).not.toContain(code)
      expect(text).not.toContain('<script')
    }
  },
)
