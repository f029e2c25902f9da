// A connection that is dropped in trouble: whatever happens to it then is nobody's end.
import { proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { isTransient } from './errors.ts'

const schema = testSchema('connection')
beforeAll(async () => {
  const server = new URL(schema.url)
  server.pathname = '/'
  const admin = await connect(server.href)
  await admin.query(`CREATE DATABASE ${schema.name}`)
  await admin.end()
})
afterAll(() => schema.drop())

test('a connection that is given up while the server goes away takes nobody with it', async () => {
  const killed = Promise.withResolvers<void>()
  await using proxy = await proxyOf(schema.url, {
    onRequest: (chunk) => {
      if (!chunk.includes('KILL ')) return
      proxy.refuse()
      killed.resolve()
    },
  })
  const connection = await connect(proxy.through(schema.url))
  const sleeping = connection.query('SELECT SLEEP(3)').catch((error: unknown) => error)
  connection.destroy()
  await killed.promise
  expect(isTransient(await sleeping)).toBe(true)
})
