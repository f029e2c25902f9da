// Configuration is complete or refused, with everything that is wrong in one message; secrets are never printed.
import { expect, test } from 'vitest'
import { ConfigError, readAllConfig, readConfig, redacted } from './config.ts'
import { atLeastInProduction, developmentOnly, flag, integer, keyMaterial, secret, text, textList } from './variables.ts'

const spec = {
  url: text('ORDER_URL_OF_IT', 'Where it is'),
  key: secret(text('ORDER_KEY', 'A secret')),
  size: integer('ORDER_SIZE', 'Pieces', 7),
  on: flag('ORDER_ON', 'Whether', false),
  hosts: textList('ORDER_HOSTS', 'Some', []),
  maybe: text('ORDER_MAYBE', 'Perhaps', null),
}
const good = { ORDER_URL_OF_IT: 'http://x', ORDER_KEY: 'k', INTERNAL_AUTH_SECRET: 's' }

test('every missing, malformed and unknown variable is named at once, shared ones too', () => {
  const read = () => readAllConfig('order', 'ORDER_', spec, { ORDER_SIZE: 'many', ORDER_ON: 'yes', ORDER_SISE: '1' })
  expect(read).toThrow(
    /INTERNAL_AUTH_SECRET is missing.*ORDER_URL_OF_IT is missing.*ORDER_KEY is missing.*ORDER_SIZE is not a whole number.*ORDER_ON is neither.*ORDER_SISE is not a variable of order/s,
  )
})

test('values are typed, defaulted and frozen; an empty one counts as missing', () => {
  const { config } = readAllConfig('order', 'ORDER_', spec, {
    ...good,
    ORDER_SIZE: '12',
    ORDER_ON: 'true',
    ORDER_HOSTS: 'a, b,,c',
  })
  expect(config).toEqual({ url: 'http://x', key: 'k', size: 12, on: true, hosts: ['a', 'b', 'c'], maybe: null })
  expect(Object.isFrozen(config)).toBe(true)
  expect(() => readAllConfig('order', 'ORDER_', spec, { ...good, ORDER_KEY: '' })).toThrow('ORDER_KEY is missing')
})

test('a shared variable may carry the service’s prefix, such as another service’s address', () => {
  expect(readAllConfig('order', 'ORDER_', spec, { ...good, ORDER_URL: 'http://here' }).shared.orderUrl).toBe('http://here')
})

test('the shop’s name is one line, and its return origins are origins in one spelling', () => {
  const shared = (env: Record<string, string>) => readAllConfig('order', 'ORDER_', spec, { ...good, ...env }).shared
  expect(shared({})).toMatchObject({ shopName: 'Cartwright', returnOrigins: [] })
  expect(
    shared({ SHOP_NAME: ' Harbour & Söhne ', CHECKOUT_RETURN_ORIGINS: 'https://Shop.Example:443/, http://bücher.example:8080' }),
  ).toMatchObject({
    shopName: 'Harbour & Söhne',
    returnOrigins: ['https://shop.example', 'http://xn--bcher-kva.example:8080'],
  })
  for (const name of ['Two\nlines', ' ', 'x'.repeat(81)])
    expect(() => shared({ SHOP_NAME: name })).toThrow('SHOP_NAME must be one line of at most 80 characters')
  for (const origin of ['shop.example', 'https://shop.example/path', 'ftp://shop.example', 'https://a@shop.example'])
    expect(() => shared({ CHECKOUT_RETURN_ORIGINS: `https://a.example,${origin}` })).toThrow(
      `CHECKOUT_RETURN_ORIGINS holds ${origin}, but must hold origins`,
    )
})

test('a configuration error has one line for each problem', () => {
  expect(new ConfigError('order', ['A is missing', 'B is wrong']).message).toBe(
    'order cannot start:\n- A is missing\n- B is wrong',
  )
  expect(new ConfigError('order', ['A is missing']).message).toBe('order cannot start: A is missing')
})

test('production refuses development secrets, weak key material and variables for development only', () => {
  const strict = {
    ...spec,
    seal: keyMaterial(text('ORDER_SEAL', 'A key', 'development-seal')),
    keys: keyMaterial(textList('ORDER_KEYS', 'Keys', [])),
    stub: developmentOnly(text('ORDER_STUB', 'A stand-in', null)),
    cost: atLeastInProduction(12, integer('ORDER_COST', 'Rounds', 12)),
  }
  const key = '0123456789abcdefghijklmnopqrstuvwxyz'
  const sound = { ...good, ORDER_SEAL: key, ORDER_KEYS: key, NODE_ENV: 'production' }
  const problems = (env: Record<string, string | undefined>): readonly string[] => {
    try {
      readConfig('order', 'ORDER_', strict, { ...sound, ...env })
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }
  expect(problems({})).toEqual([])
  const wrong = {
    ORDER_KEY: 'development-key',
    ORDER_SEAL: 'x'.repeat(40),
    ORDER_KEYS: `${key},${key.slice(0, 31)}`,
    ORDER_STUB: 'http://stub',
    ORDER_COST: '11',
  }
  expect(problems(wrong)).toEqual([
    'ORDER_KEY is a development secret: generate a new one',
    'ORDER_SEAL repeats a few characters, but must be drawn at random',
    'ORDER_KEYS has 31 bytes, but must have at least 32',
    'ORDER_STUB is for development only: leave it out',
    'ORDER_COST is 11, but must be at least 12',
  ])
  for (const NODE_ENV of ['development', 'test', '']) expect(problems({ ...wrong, NODE_ENV })).toEqual([])
  // A default is refused like a value, and an unknown environment has the rules of production.
  expect(problems({ ORDER_SEAL: '' })).toEqual(['ORDER_SEAL is a development secret: generate a new one'])
  expect(problems({ ...wrong, NODE_ENV: 'prod' })).toHaveLength(5)
})

test.each(['prod', 'Production', 'PRODUCTION', 'staging', 'dev', ' production'])('NODE_ENV=%s is refused', (NODE_ENV) => {
  expect(() => readAllConfig('order', 'ORDER_', spec, { ...good, NODE_ENV })).toThrow(`NODE_ENV is ${NODE_ENV}, but must be`)
})

test('the printed configuration hides secrets and passwords in addresses', () => {
  const values = readConfig('order', 'ORDER_', spec, { ...good, ORDER_URL_OF_IT: 'mysql://root:hunter2@db/x' })
  const printed = JSON.stringify(redacted(spec, values))
  expect(printed).toContain('"ORDER_KEY":"***"')
  expect(printed).toContain('mysql://***@db/x')
  expect(printed).not.toContain('hunter2')
})
