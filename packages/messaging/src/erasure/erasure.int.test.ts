// What erasure guarantees: outbox rows and dead letters of erased subjects lose personal data and stay valid events.

import { erasedEmail, identityEvents, orderEvents, withoutPersonalData } from '@cartwright/contracts'
import { runInTrace } from '@cartwright/telemetry'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deadLetter } from '../dead-letters/writer.ts'
import { publish } from '../outbox/publish.ts'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { headersOf } from '../transport/cloud-event.ts'
import { assertValid } from '../validate.ts'
import { completeSweep, eraseDeadLetters, eraseEvents, hasErased, listDueErasures, recordErasure } from './erasure.ts'

let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
})
afterEach(() => bed[Symbol.asyncDispose]())

const recipient = { email: 'mara@example.net', name: 'Mara Linde' }
const at = '2026-03-04T09:30:00.000Z'
const changed = (userId: string) => ({ userId, recipient, locale: 'en', at })
const requested = (orderId: string) => ({
  orderId,
  number: 'CW-1111-1111',
  recipient,
  locale: 'en',
  attempt: 1,
  amount: { amountMinor: 100, currency: 'EUR' },
  charges: [{ name: 'Mug', quantity: 1, unitAmount: { amountMinor: 100, currency: 'EUR' } }],
  successUrl: 'https://shop.example/?for=mara@example.net',
  cancelUrl: 'https://shop.example/?for=mara@example.net',
  holdUntil: at,
})

interface Stored {
  payload: string
  headers: string
}
const outbox = () => bed.db.rows<Stored>`SELECT payload, headers FROM outbox_event ORDER BY id`

test('an erased event fits its contract and holds no personal data', () => {
  const erased = withoutPersonalData(orderEvents.paymentRequested.data, requested('ord_000001'))
  assertValid(orderEvents.paymentRequested, erased)
  expect(erased).toMatchObject({
    orderId: 'ord_000001',
    recipient: { email: erasedEmail },
    successUrl: '',
    charges: [{ name: 'Mug' }],
  })
  expect(JSON.stringify(erased)).not.toContain('mara')
  const moved = withoutPersonalData(identityEvents.emailChanged.data, { ...changed('usr_000001'), previousRecipient: recipient })
  assertValid(identityEvents.emailChanged, moved)
  expect(JSON.stringify(moved)).not.toContain('mara')
})

test('published rows of a subject are erased, those of other subjects are not, and unsent ones after 12 hours', async () => {
  const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, correlationId: 'mara-linde' }
  await runInTrace(trace, () =>
    bed.db.tx(async (tx) => {
      await publish(tx, identityEvents.passwordChanged, changed('usr_000001'))
      await publish(tx, orderEvents.paymentRequested, requested('ord_000001'))
      await publish(tx, identityEvents.passwordChanged, changed('usr_000002'))
    }),
  )
  const namesMara = async () => (await outbox()).map((row) => /mara/.test(row.payload + row.headers))
  await eraseEvents(bed.db, ['usr_000001', 'ord_000001'])
  expect(await namesMara()).toEqual([true, true, true])
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) WHERE aggregate_id <> 'ord_000001'`
  await eraseEvents(bed.db, ['usr_000001', 'ord_000001'])
  expect(await namesMara()).toEqual([false, true, true])
  bed.advance(13 * 3_600_000)
  await eraseEvents(bed.db, ['usr_000001', 'ord_000001'])
  expect(await namesMara()).toEqual([false, false, true])
})

test('dead letters and their copies are erased whenever they arrive, and can still be redriven', async () => {
  const writeLetter = (type: string, key: string, value: string) =>
    deadLetter(
      bed.db,
      'notification',
      {
        topic: 'identity.events',
        key,
        value,
        headers: headersOf({
          id: `evt_${key}`,
          type,
          version: 1,
          source: '/cartwright/identity',
          subject: key,
          time: new Date(at),
          sequence: 1,
          traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
          correlationId: 'mara-linde',
        }),
      },
      { reason: 'exhausted', error: new Error(`no mail for ${recipient.email}`), attempts: 5 },
    )
  await bed.db.tx((tx) => recordErasure(tx, 'usr_000001', 'usr_000003'))
  await writeLetter('identity.password-changed', 'usr_000001', JSON.stringify(changed('usr_000001')))
  await writeLetter('identity.password-changed', 'usr_000002', JSON.stringify(changed('usr_000002')))
  await writeLetter('identity.unheard-of', 'usr_000003', '{"who": "mara')
  await eraseDeadLetters(bed.db)
  const letters = await bed.db.rows<Stored & { error: string }>`SELECT payload, headers, error FROM dead_letter ORDER BY id`
  expect(letters.map((row) => /mara/.test(row.payload + row.headers + row.error))).toEqual([false, true, false])
  expect((await outbox()).map((row) => /mara/.test(row.payload + row.headers))).toEqual([false, true, false])
  assertValid(identityEvents.passwordChanged, JSON.parse(letters[0]?.payload ?? ''))
})

test('a subject is swept at once and four times more within 24 hours, and its tombstone stays', async () => {
  await bed.db.tx((tx) => recordErasure(tx, 'usr_000001'))
  await bed.db.tx((tx) => recordErasure(tx, 'usr_000001', 'usr_000002'))
  const sweepsUntil = async (): Promise<number> => {
    let sweeps = 0
    for (let due = await listDueErasures(bed.db); due.includes('usr_000001'); due = await listDueErasures(bed.db)) {
      await completeSweep(bed.db, due)
      sweeps++
    }
    return sweeps
  }
  expect(await sweepsUntil()).toBe(1)
  bed.advance(11 * 60_000)
  expect(await sweepsUntil()).toBe(1)
  bed.advance(23 * 3_600_000)
  expect(await sweepsUntil()).toBe(3)
  bed.advance(400 * 86_400_000)
  expect(await listDueErasures(bed.db)).toEqual([])
  expect(await hasErased(bed.db, 'usr_000001')).toBe(true)
  expect(await hasErased(bed.db, 'usr_000009', null, undefined)).toBe(false)
})
