// What becomes of a promise that is ignored.
import { expect, test } from 'vitest'
import { ignore } from './ignore.ts'

test('an ignored promise is waited for, and neither its value nor its failure comes out', async () => {
  const seen: string[] = []
  const slow = new Promise<string>((resolve) => setTimeout(() => resolve('value'), 5)).finally(() => void seen.push('settled'))
  expect(await ignore(slow, 'its result is not needed')).toBeUndefined()
  expect(seen).toEqual(['settled'])
  expect(await ignore(Promise.reject(new Error('no')), 'the test')).toBeUndefined()
})
