// Addresses of parcels: built-in and configured templates, carriers in any spelling, numbers that cannot leave their place.
import { ConfigError } from '@cartwright/service-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownCarriers, trackingUrlsIn } from './tracking-urls.ts'

describe('without configuration', () => {
  const urlOf = trackingUrlsIn([])

  test.each(['DHL', 'UPS', 'DPD', 'GLS', 'Hermes', 'FedEx', 'USPS', 'Royal Mail'])('%s has an https address', (carrier) => {
    expect(knownCarriers).toContain(carrier)
    const url = urlOf(carrier, 'A1')
    expect(url).toMatch(/^https:\/\/[a-z.-]+\/.*A1$/)
    for (const spelling of [carrier.toLowerCase(), ` ${carrier.toUpperCase()} `, [...carrier].join(' ')])
      expect(urlOf(spelling, ' A1 ')).toBe(url)
  })

  test.each([
    ['an unknown carrier', 'Ox Cart', 'A1'],
    ['a member of every object', 'constructor', 'A1'],
    ['an erased number', 'DHL', ''],
  ])('%s has none', (_, carrier, number) => {
    expect(urlOf(carrier, number)).toBeUndefined()
  })
})

test('any number keeps the host and can be read back from the address', () => {
  const urlOf = trackingUrlsIn(['Path=https://a.example/p/{NUMBER}/x', 'Query=https://a.example/?n={NUMBER}&x=1'])
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((given) => given.trim())
  const number = text.filter((given) => given !== '' && given !== '.' && given !== '..')
  fc.assert(
    fc.property(number, (given) => {
      const [path, query] = [new URL(urlOf('path', given) ?? ''), new URL(urlOf('query', given) ?? '')]
      expect([path.host, path.search, query.host, query.hash]).toEqual(['a.example', '', 'a.example', ''])
      expect(decodeURIComponent(path.pathname)).toBe(`/p/${given}/x`)
      expect([query.searchParams.get('n'), query.searchParams.get('x')]).toEqual([given, '1'])
    }),
  )
})

test('configured templates add to the built-in ones and replace them', () => {
  const urlOf = trackingUrlsIn([
    'royal mail=https://rm.example/{NUMBER}',
    'Bike Post=https://bike.example/?a=b&n={NUMBER}#{NUMBER}',
  ])
  expect(urlOf('RoyalMail', '$&')).toBe('https://rm.example/%24%26')
  expect(urlOf('bikepost', '7')).toBe('https://bike.example/?a=b&n=7#7')
  expect(urlOf('UPS', '7')).toContain('ups.com')
})

test.each([
  'https://post.example/{NUMBER}',
  '=https://post.example/{NUMBER}',
  'Post=http://post.example/{NUMBER}',
  'Post=https://post.example/',
  'Post=https://{NUMBER}.example/',
  'Post=https://user@post.example/{NUMBER}',
  'Post=javascript:alert({NUMBER})',
  'Post=/track/{NUMBER}',
  'Post',
])('%s is refused at the start, with what would be right', (item) => {
  expect(() => trackingUrlsIn([item])).toThrow(ConfigError)
  expect(() => trackingUrlsIn([item])).toThrow(/ORDER_TRACKING_URLS has .*: write a carrier and an https address/)
})
