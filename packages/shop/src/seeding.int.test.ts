// Seeding: a seed that fails is run again, and a stuck consumer group does not delay the start for long.
import { catalogService } from '@cartwright/catalog'
import { startUnderTest } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { seedAll } from './seeding.ts'

test('a seed that fails is run again and completes', async () => {
  await using catalog = await startUnderTest(catalogService)
  let tries = 0
  const seed = async () => {
    tries += 1
    if (tries === 1) throw new Error('the connection is gone')
    await catalog.running.seed()
  }
  expect(await seedAll([{ seed, db: catalog.running.db }])).toBe('everywhere')
  expect(tries).toBe(2)
  expect((await catalog.sql('SELECT id FROM product')).length).toBeGreaterThan(60)
})

test('a database that refuses writes is an error after the time limit', async () => {
  const broken = { seed: () => Promise.reject(new Error('read-only')), db: null }
  await expect(seedAll([broken], { writeMs: 0 })).rejects.toThrow('read-only')
})

test('seeding stops waiting for a stuck consumer group after the time limit, and a second seed does not wait', async () => {
  await using catalog = await startUnderTest(catalogService)
  const never = Promise.withResolvers<void>()
  await catalog.transport.subscribe({ group: 'stuck', topics: ['catalog.product'], deliver: () => never.promise })
  expect(await seedAll([catalog.running], { spreadMs: 0 })).toBe('on its way')
  expect(await seedAll([catalog.running], { spreadMs: 0 })).toBe('everywhere')
  never.resolve()
})
