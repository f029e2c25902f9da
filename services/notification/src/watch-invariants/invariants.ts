// Notification's invariants: one mail per event, template and recipient, and somebody works on every mail that waits.
import { list } from '@cartwright/db'
import { invariant, keptViolations } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { deliverKey, deliverKind } from '../message.ts'

const newest = 2000
const oldest = 500

export const oneMail = invariant<NotificationDeps>({
  name: 'I4-one-mail',
  sentence: 'an event brings one mail per template and recipient',
  find: async ({ db }, round) => {
    const older = await round.older(db, 'message', ['id'])
    const rows = await db.rows<{ id: string; other: string }>`SELECT m.id, again.id AS other
      FROM (SELECT id FROM (SELECT id FROM message ORDER BY id DESC LIMIT ${newest}) newest UNION ${older}) looked JOIN message m ON m.id = looked.id
      JOIN message again ON again.event_id = m.event_id AND again.template = m.template AND again.recipient = m.recipient AND again.id <> m.id
      LIMIT ${keptViolations}`
    return rows.map(({ id, other }) => ({
      id: `${id} ${other}`,
      account: `${id} and ${other} are the same mail`,
      rows: [{ table: 'message', key: [id] }],
    }))
  },
})

interface Waiting {
  id: string
  template: string
  resends: number
}

// A mail server that is away delays mails for long; then their work is tried again and again, and nothing is stuck.
export const mailsMove = invariant<NotificationDeps>({
  name: 'I4-mails-move',
  sentence: 'a mail that waits for an hour is being tried',
  find: async ({ db }, round) => {
    const older = await round.older(db, 'message', ['id'])
    const rows = await db.rows<Waiting>`SELECT m.id, m.template, m.resends
      FROM (SELECT id FROM (SELECT id FROM message WHERE state = 'pending' AND updated_at < ${db.dbNow} - INTERVAL 1 HOUR ORDER BY id LIMIT ${oldest}) waiting UNION ${older}) looked
      JOIN message m ON m.id = looked.id WHERE m.state = 'pending' AND m.updated_at < ${db.dbNow} - INTERVAL 1 HOUR`
    const keys = rows.map(({ id, resends }) => deliverKey({ messageId: id, resends }))
    const work = await db.rows<{
      item_key: string
    }>`SELECT item_key FROM work_item WHERE kind = ${deliverKind} AND item_key IN (${list(keys)})
      AND done_at IS NULL AND available_at > ${db.dbNow} - INTERVAL 1 HOUR`
    const tried = new Set(work.map((row) => row.item_key))
    return rows
      .filter((_, index) => !tried.has(keys[index] ?? ''))
      .slice(0, keptViolations)
      .map(({ id, template }) => ({
        id,
        account: `${id} (${template}) waits for more than an hour, and nobody tries`,
        rows: [{ table: 'message', key: [id] }],
      }))
  },
})
