// Seed of the development shop: accounts that can sign in, each with one default address.
import { expect, test } from 'vitest'
import { startIdentity } from '../fixtures.ts'
import { people } from './people.ts'

test('the seed gives every customer an address book with one default, and leaves changed accounts as they are', async () => {
  await using t = await startIdentity()
  await t.running.seed()
  await t.sql("UPDATE user_account SET name = 'Clara Changed' WHERE email = 'clara@example.com'")
  await t.sql("DELETE FROM address WHERE user_id = 'usr_00seedclara'")
  await t.running.seed()
  expect((await t.sql("SELECT name FROM user_account WHERE email = 'clara@example.com'"))[0]).toEqual({ name: 'Clara Changed' })
  for (const person of people) {
    const signedIn = await t.login(person.email, 'cartwright-demo')
    expect(signedIn.body.principal).toEqual({ id: person.id, role: person.role })
    const book = await t.as({ id: person.id, role: person.role }).get('/v1/me/addresses')
    if (person.role === 'admin' || person.id === 'usr_00seedclara') continue
    expect(book.body.items).toMatchObject(person.addresses.map((address, index) => ({ ...address, isDefault: index === 0 })))
  }
})
