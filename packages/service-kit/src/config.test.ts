// Configuration is complete or refused, with everything that is wrong in one message; secrets are never printed.
import { expect, test } from 'vitest'
import { flag, integer, readAllConfig, readConfig, redacted, secret, text, textList } from './config.ts'

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
    /INTERNAL_AUTH_SECRET is missing.*ORDER_URL_OF_IT is missing.*ORDER_KEY is missing.*ORDER_SIZE is not a whole number.*ORDER_ON is neither.*ORDER_SISE is not a variable of order/,
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

test('production refuses the development secrets', () => {
  expect(() => readConfig('order', 'ORDER_', spec, { ...good, ORDER_KEY: 'development-key', NODE_ENV: 'production' })).toThrow(
    'ORDER_KEY is the development secret',
  )
  expect(readConfig('order', 'ORDER_', spec, { ...good, ORDER_KEY: 'development-key' }).key).toBe('development-key')
})

test('what is printed hides secrets and the passwords in addresses', () => {
  const values = readConfig('order', 'ORDER_', spec, { ...good, ORDER_URL_OF_IT: 'mysql://root:hunter2@db/x' })
  const printed = JSON.stringify(redacted(spec, values))
  expect(printed).toContain('"ORDER_KEY":"***"')
  expect(printed).toContain('mysql://***@db/x')
  expect(printed).not.toContain('hunter2')
})
