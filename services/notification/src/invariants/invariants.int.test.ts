// Tests of the invariants: sent and retried mails violate none, and the next check finds a corrupted row.
import { identityEvents } from '@cartwright/contracts'
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverKind } from '../domain/message.ts'
import { type NotificationUnderTest, startNotification } from '../notification.fixture.ts'

let lab: NotificationUnderTest
const verified = (name: string) =>
  lab.t.receive(identityEvents.customerVerified, {
    userId: `usr_${name}000001`,
    recipient: { email: `${name}@example.net` },
    locale: 'en',
  })

beforeAll(async () => {
  lab = await startNotification(checkedEachSecond)
  await verified('anna')
  await verified('bert')
})
afterAll(() => lab[Symbol.asyncDispose]())

test('mails that are sent, and mails that wait for a server that is down, violate no invariant', async () => {
  expect(await contradicted(lab.t)).toEqual([])
  await lab.smtp.stop()
  await verified('carl')
  await lab.t.clock.advance('61m')
  await lab.t.idle()
  expect(await contradicted(lab.t)).toEqual([])
  await lab.smtp.resume()
  await lab.t.clock.advance('2m')
  await lab.t.idle()
  expect(await lab.states()).toEqual(['sent', 'sent', 'sent'])
})

test('I4 finds a pending mail without a running delivery job', async () => {
  const state = (to: string) => `UPDATE message SET state = '${to}' WHERE recipient = 'anna@example.net'`
  await lab.t.sql(state('pending'))
  expect(await contradicted(lab.t)).toEqual(['I4-mails-move'])
  await lab.t.sql(state('sent'))
  expect(await contradicted(lab.t)).toEqual([])
})

test('I4 finds a second mail of the same event', async () => {
  await lab.t.sql('ALTER TABLE message DROP INDEX message_once, ADD INDEX message_once (event_id, template, recipient)')
  await lab.t.sql(`UPDATE message m JOIN (SELECT event_id, template, recipient FROM message WHERE recipient = 'anna@example.net') first
    ON TRUE SET m.event_id = first.event_id, m.template = first.template, m.recipient = first.recipient WHERE m.recipient = 'bert@example.net'`)
  expect(await contradicted(lab.t)).toEqual(['I4-one-mail'])
})

test('I4 finds a mail even when thousands of mails are newer or wait before it', async () => {
  const { t } = lab
  const mail = (set: string, who: string) => `UPDATE message SET ${set} WHERE recipient = '${who}@example.net'`
  await t.sql("UPDATE message SET event_id = CONCAT('evt_', id)")
  await t.sql('CREATE TABLE many (n INT NOT NULL)')
  await t.sql(`INSERT INTO many (n) VALUES ${Array.from({ length: 2100 }, (_, n) => `(${n})`).join(', ')}`)
  const mails = (prefix: string, state: string) =>
    `INSERT INTO message (id, event_id, event_type, template, recipient, locale, state, created_at, updated_at)
      SELECT CONCAT('${prefix}', n), CONCAT('${prefix}', n), 'x', CONCAT('x', n), CONCAT('${prefix}', n, '@example.net'), 'en', '${state}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 DAY FROM many`
  await t.sql(`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at)
    SELECT '${deliverKind}', CONCAT('a', n, ':0'), '{}', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 2 HOUR FROM many`)
  await t.sql(mails('a', 'pending'))
  await t.sql(mails('z', 'sent'))
  for (let check = 0; check < 2; check++) expect(await contradicted(t)).toEqual([])
  await t.sql(mail("state = 'pending', updated_at = UTC_TIMESTAMP(6) - INTERVAL 1 DAY", 'carl'))
  await t.sql(mail("event_id = 'evt_same'", 'anna'))
  await contradicted(t)
  expect(await contradicted(t)).toEqual(['I4-mails-move', 'I4-one-mail'])
  expect(await contradicted(t)).toEqual(['I4-mails-move', 'I4-one-mail'])
})
