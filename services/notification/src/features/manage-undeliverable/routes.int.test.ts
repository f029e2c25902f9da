// Tests of what operators do with undeliverable addresses: list, filter, clear, and send a held mail again; and what is deleted in time.
import { orderEvents } from '@cartwright/contracts'
import { type FakeSendGrid, startFakeSendGrid } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { confirmed, orderId, userId } from '../../fixtures.ts'
import { admin, type NotificationUnderTest, startNotification } from '../../notification.fixture.ts'

let n: NotificationUnderTest
let fake: FakeSendGrid
beforeAll(async () => {
  fake = await startFakeSendGrid()
  n = await startNotification(fake.env)
})
afterAll(async () => {
  await n?.[Symbol.asyncDispose]()
  await fake?.[Symbol.asyncDispose]()
})

const path = '/v1/admin/undeliverable-addresses'
/** A mail to the address that bounces. @returns the id of the mark */
const bounceOf = async (email: string): Promise<string> => {
  await n.t.receive(orderEvents.confirmed, { ...confirmed, recipient: { email } })
  const mail = fake.mailsTo(email).at(-1)
  if (mail === undefined) throw new Error('no mail was taken')
  const { body, headers } = fake.signed([fake.event(mail, 'bounce', n.t.clock.now(), { type: 'bounce' })], n.t.clock.now())
  expect((await fetch(`${n.t.url}/v1/webhooks/sendgrid`, { method: 'POST', body, headers })).status).toBe(200)
  return (await n.t.as(admin).get(`${path}?address=${email}`)).body.items[0].id
}

test('the list pages through every marked address once, newest first, and finds one', async () => {
  const emails = ['list1@example.com', 'list2@example.com', 'list3@example.com']
  for (const email of emails) await bounceOf(email)
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const page = await n.t.as(admin).get(`${path}?limit=2${cursor}`)
    expect(page.status).toBe(200)
    seen.push(...page.body.items.map(({ address }: { address: string }) => address))
    if (page.body.nextCursor === null) break
    cursor = `&cursor=${page.body.nextCursor}`
  }
  expect(seen).toEqual([...emails].reverse())
  expect((await n.t.as(admin).get(`${path}?address=LIST2@example.com`)).body.items).toMatchObject([{ address: emails[1] }])
})

test('a cleared address gets mails again; a mail that was held back is sent when an operator asks for it', async () => {
  const email = 'clear@example.com'
  const id = await bounceOf(email)
  await n.t.receive(orderEvents.shipped, {
    ...confirmed,
    recipient: { email },
    shipmentId: 'shp_9',
    carrier: 'Post',
    trackingNumber: 'T',
    lines: [],
  })
  const held = (await n.t.as(admin).get('/v1/admin/messages?state=undeliverable')).body.items
  expect(held).toMatchObject([{ recipient: email, template: 'order-shipped' }])
  const resend = `/v1/admin/messages/${held[0].id}/resend`
  await n.t.as(admin).post(resend)
  await n.t.idle()
  expect(fake.mailsTo(email)).toHaveLength(1)
  const cleared = await n.t.as(admin).post(`${path}/${id}/clear`, undefined, { key: 'clear-1' })
  expect(cleared).toMatchObject({ status: 200, body: { id, address: email, clearedAt: expect.any(String) } })
  const again = await n.t.as(admin).post(`${path}/${id}/clear`, undefined, { key: 'clear-1' })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect((await n.t.as(admin).post(`${path}/${id}/clear`)).body).toEqual(cleared.body)
  expect((await n.t.as(admin).get(`${path}?address=${email}`)).body.items).toEqual([])
  await n.t.as(admin).post(resend)
  await n.t.idle()
  expect(fake.mailsTo(email)).toHaveLength(2)
  const audits = await n.t.sql(`SELECT actor, action FROM audit_entry WHERE target = '${id}'`)
  expect(audits).toEqual([{ actor: admin.id, action: 'undeliverable-address.clear' }])
})

test('only operators may, malformed questions name the field, and an unknown mark is not found', async () => {
  const clear = `${path}/und_0000000000/clear`
  for (const ask of [() => n.t.anonymous.get(path), () => n.t.anonymous.post(clear)]) expect((await ask()).status).toBe(401)
  const customer = n.t.as({ id: userId, role: 'customer' })
  for (const ask of [() => customer.get(path), () => customer.post(clear)]) expect((await ask()).status).toBe(403)
  expect(await n.t.as(admin).get(`${path}?address=nonsense`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/address' }] },
  })
  expect(await n.t.as(admin).get(`${path}?cursor=nonsense`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/cursor' }] },
  })
  expect((await n.t.as(admin).post(clear)).status).toBe(404)
  expect((await n.t.as(admin).post(clear, undefined, { key: null })).status).toBe(400)
  expect((await n.t.as(admin).post(`${path}/msg_1/clear`)).status).toBe(400)
})

test('marks are counted, and marks and receipts are deleted when their time is over', async () => {
  await bounceOf('time@example.com')
  await n.t.clock.advance('61s')
  await n.t.idle()
  const count = async () =>
    Number(/undeliverable_addresses\{[^}]*\} (\d+)/.exec(await (await fetch(n.t.running.metricsUrl)).text())?.[1])
  const [{ marked }] = await n.t.sql('SELECT COUNT(*) AS marked FROM undeliverable_address WHERE cleared_at IS NULL')
  expect(await count()).toBe(Number(marked))
  await n.t.clock.advance('8d')
  await n.t.idle()
  expect(await n.t.sql('SELECT id FROM webhook_receipt')).toEqual([])
  expect(await count()).toBe(Number(marked))
  await n.t.clock.advance('366d')
  await n.t.idle()
  expect(await n.t.sql('SELECT id FROM undeliverable_address')).toEqual([])
})

test('a guest’s mark is deleted with the personal data of the order', async () => {
  await bounceOf('guest@example.com')
  await n.t.receive(orderEvents.personalDataErased, {
    orderId,
    principalId: 'gst_1',
    at: n.t.clock.now().toISOString(),
  })
  expect(await n.t.sql("SELECT id FROM undeliverable_address WHERE address = 'guest@example.com'")).toEqual([])
})
