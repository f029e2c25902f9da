// Price rules: access, validation with the path of the field, versions, events and audit.
import { catalogApi, catalogEvents } from '@cartwright/contracts'
import { startUnderTest, type TestResponse, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, shopper, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(catalogService)
})
afterAll(() => t.stop())

const { items: zones } = catalogApi.setShippingZones.examples.body
const { items: rates, taxExcluded } = catalogApi.setTaxRates.examples.body
const aPromotion = (more: object = {}) => ({
  name: `Sale ${unique()}`,
  trigger: 'automatic',
  effect: { kind: 'percent', percent: 10 },
  ...more,
})
const as = (role: 'admin' | 'shopper' | 'anonymous') =>
  role === 'anonymous' ? t.anonymous : t.as(role === 'admin' ? admin : shopper)
const published = async () => (await t.published(catalogEvents.priceRulesChanged)).map(({ rules }) => rules)
const newest = async () => (await published()).at(-1)
const create = async (more: object = {}) => (await t.as(admin).post('/v1/admin/promotions', aPromotion(more))).body

/** Calls of each write with what makes it invalid. */
const writes: [string, (role: 'admin' | 'shopper' | 'anonymous', body?: object) => Promise<TestResponse>, object, string][] = [
  [
    'PUT /v1/admin/shipping-zones',
    (role, body = { items: zones }) => as(role).put('/v1/admin/shipping-zones', body),
    { items: [...zones, { ...zones[0], id: 'zon_000002' }] },
    '/items/1/countries/0',
  ],
  [
    'PUT /v1/admin/tax-rates',
    (role, body = { items: rates, taxExcluded }) => as(role).put('/v1/admin/tax-rates', body),
    { items: [{ ...rates[0], rate: 51 }], taxExcluded },
    '/items/0/rate',
  ],
  [
    'POST /v1/admin/promotions',
    (role, body = aPromotion()) => as(role).post('/v1/admin/promotions', body),
    aPromotion({ conditions: { startsAt: '2026-12-01T00:00:00Z', endsAt: '2026-11-01T00:00:00Z' } }),
    '/conditions/endsAt',
  ],
  [
    'PATCH /v1/admin/promotions/{promotionId}',
    async (role, body = { priority: 3 }) => as(role).patch(`/v1/admin/promotions/${(await create()).id}`, body),
    { effect: { kind: 'percent', percent: 0 } },
    '/effect/percent',
  ],
  [
    'DELETE /v1/admin/promotions/{promotionId}',
    async (role) => as(role).del(`/v1/admin/promotions/${(await create()).id}`),
    {},
    '',
  ],
]

describe.each(writes)('%s', (_, call) => {
  test('is for operators only', async () => {
    expect(await call('anonymous')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(await call('shopper')).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('publishes the whole rule set with the next version, and is audited', async () => {
    const before = (await newest())?.version ?? 0
    const answer = await call('admin')
    expect(answer.status).toBeLessThan(300)
    const rules = await newest()
    expect(rules?.version).toBeGreaterThan(before)
    const current = (await t.as(admin).get('/v1/admin/tax-rates')).body
    expect(current).toEqual({ version: rules?.version, items: rules?.taxRates, taxExcluded: rules?.taxExcluded })
    expect((await t.as(admin).get('/v1/admin/shipping-zones')).body).toEqual({
      version: rules?.version,
      items: rules?.shippingZones,
    })
    const [audited] = await t.sql(`SELECT actor, action FROM audit_entry ORDER BY id DESC LIMIT 1`)
    expect(audited?.actor).toBe(admin.id)
  })
})

test.each(writes.filter(([name]) => !name.startsWith('DELETE')))(
  '%s refuses what is invalid, with the field, and writes nothing',
  async (name, call, invalid, path) => {
    const target = name.startsWith('PATCH') ? await create() : null
    const versions = (await published()).length
    const answer = await (target ? t.as(admin).patch(`/v1/admin/promotions/${target.id}`, invalid) : call('admin', invalid))
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(answer.body.errors[0].path).toBe(path)
    expect(await published()).toHaveLength(versions)
  },
)

describe('a repeated write', () => {
  test('of the same zones, rates or promotion makes no version and no event', async () => {
    const { id } = await create()
    const calls = [
      () => t.as(admin).put('/v1/admin/shipping-zones', { items: zones }),
      () => t.as(admin).put('/v1/admin/tax-rates', { items: rates, taxExcluded }),
      () => t.as(admin).patch(`/v1/admin/promotions/${id}`, { priority: 7 }),
    ]
    for (const call of calls) {
      const first = await call()
      const versions = (await published()).length
      expect(await call()).toMatchObject({ status: 200, body: first.body })
      expect(await published()).toHaveLength(versions)
    }
  })

  test('that removes a promotion finds none, as does every call with its id', async () => {
    const { id } = await create()
    expect((await t.as(admin).del(`/v1/admin/promotions/${id}`)).status).toBe(204)
    for (const answer of [
      await t.as(admin).del(`/v1/admin/promotions/${id}`),
      await t.as(admin).get(`/v1/admin/promotions/${id}`),
      await t.as(admin).patch(`/v1/admin/promotions/${id}`, { priority: 1 }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await newest())?.promotions.map((one) => one.id)).not.toContain(id)
  })
})

describe('promotions', () => {
  test('are created with their defaults, changed in parts, and lose their limits by null', async () => {
    const made = await create({ limits: { total: 10 } })
    expect(made).toMatchObject({ conditions: {}, priority: 0, exclusive: false, limits: { total: 10 } })
    const path = `/v1/admin/promotions/${made.id}`
    expect((await t.as(admin).get(path)).body).toEqual(made)
    const changed = (await t.as(admin).patch(path, { exclusive: true, limits: null })).body
    const { limits: _, ...rest } = made
    expect(changed).toEqual({ ...rest, exclusive: true })
    expect((await newest())?.promotions).toContainEqual(changed)
  })

  test('are listed page by page, the newest first', async () => {
    const made = [await create(), await create(), await create()].map(({ id }) => id)
    const first = (await t.as(admin).get('/v1/admin/promotions?limit=2')).body
    const second = (await t.as(admin).get(`/v1/admin/promotions?limit=1&cursor=${first.nextCursor}`)).body
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.toReversed())
    expect(await t.as(admin).get('/v1/admin/promotions?cursor=x')).toMatchObject({ status: 400 })
  })

  test('are created in parallel one after the other: none is lost and each has a version', async () => {
    const before = (await newest())?.version ?? 0
    const made = await Promise.all(Array.from({ length: 8 }, () => create()))
    const rules = await newest()
    expect(rules?.version).toBe(before + 8)
    expect(rules?.promotions.map(({ id }) => id)).toEqual(expect.arrayContaining(made.map(({ id }) => id)))
  })

  test('of which a shop has 200 are refused until one is removed', async () => {
    const { id: _, ...promotion } = await create()
    const full = {
      ...(await newest()),
      promotions: Array.from({ length: 200 }, (_, index) => ({ id: `prm_${String(index).padStart(6, '0')}`, ...promotion })),
    }
    await t.sql(`UPDATE price_rules SET rule_set = '${JSON.stringify(full)}'`)
    expect(await t.as(admin).post('/v1/admin/promotions', aPromotion())).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/' }] },
    })
    await t.as(admin).del('/v1/admin/promotions/prm_000007')
    expect((await t.as(admin).post('/v1/admin/promotions', aPromotion())).status).toBe(201)
  })
})
