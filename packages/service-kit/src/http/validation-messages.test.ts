// Messages of validation errors: every keyword that a contract uses has a German message, with its limit and without English words.
import { apis, type Endpoint, normalizers } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { validationMessage } from './validation-messages.ts'

/** Keywords by which ajv refuses a value, as opposed to those that annotate or combine schemas. */
const refusing = (schema: unknown, found = new Set<string>()): Set<string> => {
  if (typeof schema !== 'object' || schema === null) return found
  for (const [keyword, value] of Object.entries(schema)) {
    found.add(keyword)
    if (keyword === 'properties' || keyword === 'patternProperties')
      for (const part of Object.values(value)) refusing(part, found)
    else if (!['enum', 'const', 'default', 'examples', 'required'].includes(keyword))
      for (const part of [value].flat()) refusing(part, found)
  }
  return found
}
const silent = new Set('$id description default examples title items properties patternProperties x-erased'.split(' '))
const inputs = Object.values(apis).flatMap((api: Record<string, Endpoint>) =>
  Object.values(api).flatMap(({ body, query, params }) => [body, query, params]),
)
const used = [...inputs.reduce((found: Set<string>, schema) => refusing(schema, found), new Set<string>())]
const limits = {
  limit: 3,
  more: 3,
  multipleOf: 3,
  type: 'string',
  allowedValues: ['a', 'b'],
  allowedValue: 'a',
  pattern: 'x',
  normalize: 'email',
}

describe('in German', () => {
  test.each(used.filter((keyword) => !silent.has(keyword) && !keyword.startsWith('~')))('%s has a message', (keyword) => {
    const message = validationMessage({ keyword, params: limits, message: 'must be something' }, 'de')
    expect(message).not.toMatch(/\bmust\b|nicht gültig|undefined/)
  })

  test.each(Object.entries(normalizers))('the form %s has a message of its own', (normalize, { message }) => {
    const german = validationMessage({ keyword: 'normalize', params: { normalize }, message }, 'de')
    expect(german).toMatch(/^muss /)
    expect(validationMessage({ keyword: 'normalize', params: { normalize }, message }, 'en')).toBe(message)
  })

  test.each([
    ['minimum', { limit: 1 }, 'muss mindestens 1 sein'],
    ['maxItems', { limit: 1 }, 'darf höchstens 1 Eintrag haben'],
    ['type', { type: ['integer', 'null'] }, 'muss eine ganze Zahl oder null sein'],
    ['enum', { allowedValues: ['USD', 'EUR'] }, 'muss einer dieser Werte sein: USD, EUR'],
  ])('%s names its limit', (keyword, params, message) => {
    expect(validationMessage({ keyword, params }, 'de')).toBe(message)
  })
})

test('in English the message of the schema is kept, and an unknown keyword has one too', () => {
  expect(validationMessage({ keyword: 'minimum', params: {}, message: 'must be >= 1' }, 'en')).toBe('must be >= 1')
  expect(validationMessage({ keyword: 'surprise', params: {} }, 'en')).toBe('is not valid')
})
