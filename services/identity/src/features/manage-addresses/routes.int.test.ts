// Address book routes: one default while the book has addresses, and no access to another owner's book.
import { identityApi } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

const address = { name: 'Ann Archer', line1: '1 Main Street', city: 'Vienna', postalCode: '1010', country: 'AT' }

describe('the address book', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const aGuest = async () =>
    ({ id: String((await t.anonymous.post('/v1/auth/guest')).body.principal.id), role: 'guest' }) as const
  type Who = Awaited<ReturnType<typeof aGuest>>
  const add = async (who: Who, more: object = {}) => (await t.as(who).post('/v1/me/addresses', { ...address, ...more })).body
  const defaults = async (who: Who): Promise<string[]> =>
    (await t.as(who).get('/v1/me/addresses')).body.items
      .filter((item: { isDefault: boolean }) => item.isDefault)
      .map((item: { id: string }) => item.id)

  test('has its first address as the default until another is chosen', async () => {
    const who = await aGuest()
    const first = await add(who)
    expect(first).toMatchObject({ ...address, isDefault: true })
    const second = await add(who)
    expect(await defaults(who)).toEqual([first.id])
    expect((await t.as(who).patch(`/v1/me/addresses/${second.id}`, { isDefault: true })).body.isDefault).toBe(true)
    expect(await defaults(who)).toEqual([second.id])
    const third = await add(who, { isDefault: true })
    expect(await defaults(who)).toEqual([third.id])
  })

  const values: Record<string, string> = { company: 'Field & Co', line2: 'Door 2', region: 'Lower Austria', phone: '+43 1 234' }
  const removable = Object.entries(identityApi.updateAddress.body.properties)
    .filter(([, schema]) => 'anyOf' in schema && JSON.stringify(schema.anyOf).includes('"type":"null"'))
    .map(([name]) => name)

  test('removes optional fields of an address by null and keeps the rest', async () => {
    expect(removable.toSorted()).toEqual(Object.keys(values).toSorted())
    const who = await aGuest()
    for (const name of removable) {
      const { id } = await add(who, values)
      const changed = (await t.as(who).patch(`/v1/me/addresses/${id}`, { [name]: null })).body
      const whole: Record<string, string> = { ...address, ...values }
      const { [name]: _, ...rest } = whole
      expect(changed).toMatchObject(rest)
      expect(changed).not.toHaveProperty(name)
    }
    const { id } = await add(who, values)
    await t.as(who).patch(`/v1/me/addresses/${id}`, Object.fromEntries(removable.map((name) => [name, null])))
    const [kept] = (await t.as(who).get('/v1/me/addresses')).body.items.filter((item: { id: string }) => item.id === id)
    expect(Object.keys(kept).toSorted()).toEqual([...Object.keys(address), 'id', 'isDefault'].toSorted())
    for (const name of [...Object.keys(address), 'isDefault'])
      expect(await t.as(who).patch(`/v1/me/addresses/${id}`, { [name]: null }), name).toMatchObject({ status: 400 })
  })

  test('has another default after the default is deleted', async () => {
    const who = await aGuest()
    const [first, second] = [await add(who), await add(who)]
    expect((await t.as(who).del(`/v1/me/addresses/${first.id}`)).status).toBe(204)
    expect(await defaults(who)).toEqual([second.id])
    expect((await t.as(who).del(`/v1/me/addresses/${first.id}`)).status).toBe(404)
  })

  test('has one default after concurrent additions', async () => {
    const who = await aGuest()
    await Promise.all(Array.from({ length: 6 }, () => add(who, { isDefault: true })))
    expect(await defaults(who)).toHaveLength(1)
  })

  test('keeps the fields that a change does not name', async () => {
    const who = await aGuest()
    const { id } = await add(who, { company: 'Archer Ltd' })
    expect((await t.as(who).patch(`/v1/me/addresses/${id}`, { city: 'Graz' })).body).toMatchObject({
      company: 'Archer Ltd',
      city: 'Graz',
      line1: address.line1,
    })
    expect((await t.as(who).patch(`/v1/me/addresses/${id}`, { country: 'Austria' })).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: '/country' }],
    })
  })

  test.each([
    ['a line break', 'Ann\nArcher'],
    ['ESC', 'Ann\u001b[2J'],
    ['a zero-width space', 'Ann\u200bArcher'],
    ['a right-to-left mark', 'Ann\u200fArcher'],
    ['half a character', 'Ann\ud83d'],
  ])('a name with %s is refused in the book and in the profile', async (_, name) => {
    const who = await aGuest()
    for (const answer of [
      await t.as(who).post('/v1/me/addresses', { ...address, name }),
      await t.as(who).patch(`/v1/me/addresses/${(await add(who)).id}`, { name }),
      await t.as(who).patch('/v1/me', { name }),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: { errors: expect.arrayContaining([{ path: '/name', message: 'must be one line of visible characters' }]) },
      })
  })

  test('stores a name in any script unchanged', async () => {
    const who = await aGuest()
    for (const name of ['Zoë O’Neil-Ångström', '山田 太郎', 'محمد علي', 'अनीता देवी', '👩🏽 Ann']) {
      expect((await add(who, { name })).name).toBe(name)
      expect((await t.as(who).patch('/v1/me', { name })).body.name).toBe(name)
    }
  })

  test('answers 404 for another owner’s address, as for an unknown one', async () => {
    const [owner, other] = [await aGuest(), await aGuest()]
    const { id } = await add(owner)
    for (const answer of [
      await t.as(other).patch(`/v1/me/addresses/${id}`, { city: 'Elsewhere' }),
      await t.as(other).del(`/v1/me/addresses/${id}`),
    ]) {
      expect(answer.status).toBe(404)
    }
    expect((await t.as(other).get('/v1/me/addresses')).body.items).toEqual([])
    expect((await t.as(owner).get('/v1/me/addresses')).body.items[0].city).toBe('Vienna')
  })

  test('holds at most a hundred addresses', async () => {
    const who = await aGuest()
    for (let n = 0; n < 100; n++) await add(who)
    expect((await t.as(who).post('/v1/me/addresses', address)).status).toBe(400)
    expect((await t.as(who).get('/v1/me/addresses')).body.items).toHaveLength(100)
  })
})
