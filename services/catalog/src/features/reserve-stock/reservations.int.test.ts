// Reservations by the events of order: all lines or none, once, in any order, under contention, with a consistent ledger.
import { catalogEvents, orderEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aVariant, stockOf, stockRequest, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

describe('reservations', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService)
  })
  afterAll(() => t.stop())

  const anOrder = (lines: { sku: string; quantity: number }[], name = unique()) => {
    const request = stockRequest(t, name, lines)
    return { request, ids: { orderId: request.orderId, reservationId: request.reservationId }, lines }
  }
  const answersTo = async (orderId: string) => {
    const rows = await t.sql(
      `SELECT event_type, payload FROM outbox_event WHERE aggregate_type = 'reservation' AND aggregate_id = '${orderId}' ORDER BY id`,
    )
    return rows.map((row) => ({ type: row.event_type, ...JSON.parse(row.payload) }))
  }
  /** Σ movements = on hand, Σ holds = reserved, 0 ≤ reserved ≤ on hand. */
  const assertLedger = async () => {
    const levels = await t.sql(
      `SELECT s.sku, s.on_hand, s.reserved, CAST(COALESCE(SUM(m.delta), 0) AS SIGNED) AS moved FROM stock_level s LEFT JOIN stock_movement m ON m.sku = s.sku GROUP BY s.sku, s.on_hand, s.reserved`,
    )
    const held = await t.sql("SELECT stock_lines FROM reservation WHERE state = 'held'")
    const bySku = Map.groupBy(
      held.flatMap((row) => JSON.parse(row.stock_lines) as { sku: string; quantity: number }[]),
      (line) => line.sku,
    )
    for (const { sku, on_hand, reserved, moved } of levels) {
      expect(moved, `movements of ${sku}`).toBe(on_hand)
      expect(
        (bySku.get(sku) ?? []).reduce((sum, line) => sum + line.quantity, 0),
        `holds of ${sku}`,
      ).toBe(reserved)
      expect(reserved).toBeGreaterThanOrEqual(0)
      expect(reserved).toBeLessThanOrEqual(on_hand)
    }
  }

  test('a request reserves every line or none, and its rejection lists the shortages', async () => {
    const [a, b] = [await aVariant(t, 5), await aVariant(t, 1)]
    const { request, ids } = anOrder([
      { sku: a.sku, quantity: 2 },
      { sku: b.sku, quantity: 2 },
      { sku: 'NO-SUCH-SKU', quantity: 1 },
    ])
    await t.receive(orderEvents.stockRequested, request)
    expect(await stockOf(t, a.sku)).toMatchObject({ reserved: 0, available: 5 })
    expect(await answersTo(ids.orderId)).toMatchObject([
      {
        type: 'catalog.stock-rejected',
        rejected: 'reserve',
        shortages: [
          { sku: 'NO-SUCH-SKU', requested: 1, available: 0 },
          { sku: b.sku, requested: 2, available: 1 },
        ],
      },
    ])
  })

  test('lines that share a SKU are summed and cannot exceed the stock', async () => {
    const { sku } = await aVariant(t, 5)
    const fits = anOrder([
      { sku, quantity: 1 },
      { sku, quantity: 2 },
    ])
    await t.receive(orderEvents.stockRequested, fits.request)
    const tooMany = anOrder([
      { sku, quantity: 1 },
      { sku, quantity: 2 },
    ])
    await t.receive(orderEvents.stockRequested, tooMany.request)
    expect(await stockOf(t, sku)).toMatchObject({ reserved: 3, available: 2 })
    expect(await answersTo(tooMany.ids.orderId)).toMatchObject([{ shortages: [{ sku, requested: 3, available: 2 }] }])
  })

  test('a repeated request, as the same message or a new one, changes nothing and publishes the same outcome again', async () => {
    const { sku } = await aVariant(t, 1)
    const { request, ids, lines } = anOrder([{ sku, quantity: 1 }])
    const again = async (send: (options: { twice?: boolean }) => Promise<void>) => {
      await send({ twice: true })
      await send({})
    }
    await again((options) => t.receive(orderEvents.stockRequested, request, options))
    const refused = anOrder([{ sku, quantity: 1 }])
    await again((options) => t.receive(orderEvents.stockRequested, refused.request, options))
    expect((await answersTo(refused.ids.orderId)).map((answer) => answer.type)).toEqual([
      'catalog.stock-rejected',
      'catalog.stock-rejected',
    ])
    await again((options) => t.receive(orderEvents.stockCommitRequested, { ...ids, lines }, options))
    const back = { ...ids, returnId: `ret_${unique()}`, lines, reason: 'cancelled' }
    await again((options) => t.receive(orderEvents.stockReturnRequested, back, options))
    expect((await answersTo(ids.orderId)).map((answer) => answer.type)).toEqual([
      'catalog.stock-reserved',
      'catalog.stock-reserved',
      'catalog.stock-committed',
      'catalog.stock-committed',
      'catalog.stock-returned',
      'catalog.stock-returned',
    ])
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 1, reserved: 0 })
    await assertLedger()
  })

  test('goods that a customer sent back are in stock again, as many as the operator chose and once', async () => {
    const { sku } = await aVariant(t, 5)
    const { ids, request, lines } = anOrder([{ sku, quantity: 3 }])
    await t.receive(orderEvents.stockRequested, request)
    await t.receive(orderEvents.stockCommitRequested, { ...ids, lines })
    const parcel = {
      ...ids,
      number: 'CW-1',
      recipient: { email: 'alice@example.com' },
      locale: 'en',
      lines: [{ sku, name: 'Mug', quantity: 3 }],
    }
    const receive = (restock: { sku: string; quantity: number }[]) =>
      t.receive(orderEvents.returnReceived, { ...parcel, returnId: `ret_${unique()}`, restock }, { twice: true })
    await receive([{ sku, quantity: 1 }])
    await receive([])
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 3, reserved: 0 })
    await assertLedger()
  })

  test('a release frees the reserved stock once, and changes nothing after a commit', async () => {
    const { sku } = await aVariant(t, 6)
    // Reservation of another order, from which a second release would take stock.
    const other = anOrder([{ sku, quantity: 2 }])
    await t.receive(orderEvents.stockRequested, other.request)
    const released = anOrder([{ sku, quantity: 2 }])
    await t.receive(orderEvents.stockRequested, released.request)
    await t.receive(orderEvents.stockReleaseRequested, { ...released.ids, reason: 'cancelled' }, { twice: true })
    await t.receive(orderEvents.stockReleaseRequested, { ...released.ids, reason: 'cancelled' })
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 6, reserved: 2 })
    await t.receive(orderEvents.stockReleaseRequested, { ...other.ids, reason: 'cancelled' })
    const sold = anOrder([{ sku, quantity: 2 }])
    await t.receive(orderEvents.stockRequested, sold.request)
    await t.receive(orderEvents.stockCommitRequested, { ...sold.ids, lines: sold.lines })
    await t.receive(orderEvents.stockReleaseRequested, { ...sold.ids, reason: 'late' })
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 4, reserved: 0 })
    const { body } = await t.as(admin).get(`/v1/admin/stock/${sku}/movements`)
    expect(body.items[0]).toMatchObject({
      delta: -2,
      onHandAfter: 4,
      reason: 'sold',
      actor: 'order',
      reference: sold.ids.orderId,
    })
  })

  test('a release that overtakes its request leaves a tombstone, and the late request reserves nothing', async () => {
    const { sku } = await aVariant(t, 2)
    const { request, ids } = anOrder([{ sku, quantity: 1 }])
    await t.receive(orderEvents.stockReleaseRequested, { ...ids, reason: 'timeout' })
    await t.receive(orderEvents.stockRequested, request)
    expect(await stockOf(t, sku)).toMatchObject({ reserved: 0 })
    expect((await answersTo(ids.orderId)).map((answer) => answer.type)).toEqual([
      'catalog.stock-released',
      'catalog.stock-released',
    ])
  })

  test('a hold lapses once, even when sweeps and a late release race; a later commit sells available stock or is rejected', async () => {
    const { sku } = await aVariant(t, 1)
    const lapsed = anOrder([{ sku, quantity: 1 }])
    await t.receive(orderEvents.stockRequested, lapsed.request)
    await t.clock.advance('61m')
    await t.idle()
    await t.receive(orderEvents.stockReleaseRequested, { ...lapsed.ids, reason: 'expired' })
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 1, reserved: 0 })
    expect((await answersTo(lapsed.ids.orderId)).at(1)).toMatchObject({ type: 'catalog.stock-released', reason: 'lapsed' })
    await t.receive(orderEvents.stockCommitRequested, { ...lapsed.ids, lines: lapsed.lines })
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 0, reserved: 0 })

    const late = await aVariant(t, 1)
    const first = anOrder([{ sku: late.sku, quantity: 1 }])
    await t.receive(orderEvents.stockRequested, first.request)
    await t.clock.advance('61m')
    await t.idle()
    const second = anOrder([{ sku: late.sku, quantity: 1 }])
    await t.receive(orderEvents.stockRequested, second.request)
    await t.receive(orderEvents.stockCommitRequested, { ...first.ids, lines: first.lines }, { twice: true })
    await t.receive(orderEvents.stockCommitRequested, { ...first.ids, lines: first.lines })
    expect((await answersTo(first.ids.orderId)).slice(-2)).toMatchObject([
      { rejected: 'commit', shortages: [{ sku: late.sku, requested: 1, available: 0 }] },
      { rejected: 'commit' },
    ])
    await assertLedger()
  })

  test('a return of stock that was not sold, or of more than was sold, becomes a dead letter', async () => {
    const { sku } = await aVariant(t, 5)
    const [unsold, sold] = [anOrder([{ sku, quantity: 2 }]), anOrder([{ sku, quantity: 2 }])]
    const returnStock = ({ ids }: typeof sold, quantity: number) =>
      t.receive(orderEvents.stockReturnRequested, {
        ...ids,
        returnId: `ret_${unique()}`,
        lines: [{ sku, quantity }],
        reason: 'sent back',
      })
    for (const { request } of [unsold, sold]) await t.receive(orderEvents.stockRequested, request)
    await returnStock(unsold, 1)
    await t.receive(orderEvents.stockCommitRequested, { ...sold.ids, lines: sold.lines })
    await returnStock(sold, 1)
    await returnStock(sold, 2)
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 4, reserved: 2 })
    expect(await t.sql('SELECT reason FROM dead_letter')).toEqual([{ reason: 'permanent' }, { reason: 'permanent' }])
    await assertLedger()
  })

  test('of 200 concurrent orders for 10 units exactly 10 get one', async () => {
    const { sku } = await aVariant(t, 10)
    const orders = Array.from({ length: 200 }, () => anOrder([{ sku, quantity: 1 }]))
    await Promise.all(orders.map(({ request }) => t.receive(orderEvents.stockRequested, request)))
    const wanted = new Set(orders.map(({ ids }) => ids.orderId))
    expect((await t.published(catalogEvents.stockReserved)).filter((answer) => wanted.has(answer.orderId))).toHaveLength(10)
    expect((await t.published(catalogEvents.stockRejected)).filter((answer) => wanted.has(answer.orderId))).toHaveLength(190)
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 10, reserved: 10, available: 0 })
  })

  test('concurrent requests for several SKUs in any order never fail with a deadlock', async () => {
    const skus = await Promise.all(Array.from({ length: 6 }, async () => (await aVariant(t, 1000)).sku))
    const orders = Array.from({ length: 120 }, (_, index) => {
      const shifted = skus.map((_, at) => skus[(at * 5 + index) % skus.length] ?? '')
      return anOrder((index % 2 ? shifted : shifted.toReversed()).slice(0, 4).map((sku) => ({ sku, quantity: 1 })))
    })
    await Promise.all(orders.map(({ request }) => t.receive(orderEvents.stockRequested, request)))
    await Promise.all(
      orders.map(({ ids, lines }, index) =>
        index % 3 === 0
          ? t.receive(orderEvents.stockReleaseRequested, { ...ids, reason: 'cancelled' })
          : t.receive(orderEvents.stockCommitRequested, { ...ids, lines }),
      ),
    )
    const types = (
      await Promise.all(orders.map(async ({ ids }) => (await answersTo(ids.orderId)).map((answer) => answer.type).join(' ')))
    ).toSorted()
    expect(new Set(types)).toEqual(
      new Set(['catalog.stock-reserved catalog.stock-released', 'catalog.stock-reserved catalog.stock-committed']),
    )
    expect(await t.sql("SELECT event_id FROM dead_letter WHERE reason <> 'permanent'")).toEqual([])
    await assertLedger()
  })

  test('the ledger is consistent after random operations in random order', { timeout: 120_000 }, async () => {
    const skus = await Promise.all(Array.from({ length: 3 }, async () => (await aVariant(t, 6)).sku))
    const step = fc.record({
      what: fc.constantFrom('reserve', 'commit', 'release', 'return', 'adjust', 'wait'),
      order: fc.integer({ min: 0, max: 4 }),
      lines: fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 4 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      delta: fc.integer({ min: -5, max: 6 }),
      twice: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        async (rounds) => {
          const names = Array.from({ length: 5 }, () => unique())
          for (const round of rounds) {
            await Promise.all(
              round.map(async ({ what, order, lines, delta, twice }) => {
                const { request, ids } = anOrder(lines, names[order])
                if (what === 'reserve') await t.receive(orderEvents.stockRequested, request, { twice })
                if (what === 'commit') await t.receive(orderEvents.stockCommitRequested, { ...ids, lines }, { twice })
                if (what === 'release') await t.receive(orderEvents.stockReleaseRequested, { ...ids, reason: 'any' }, { twice })
                if (what === 'return')
                  await t.receive(
                    orderEvents.stockReturnRequested,
                    { ...ids, returnId: `ret_${names[order]}${delta}`, lines, reason: 'any' },
                    { twice },
                  )
                if (what === 'adjust')
                  await t.as(admin).post(`/v1/admin/stock/${lines[0]?.sku}/adjustments`, { delta, reason: 'any' })
                if (what === 'wait') await t.clock.advance('25m')
              }),
            )
            await t.idle()
            await assertLedger()
          }
        },
      ),
      { numRuns: 12 },
    )
  })
})
