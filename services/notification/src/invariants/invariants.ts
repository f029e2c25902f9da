// Invariants of notification: one mail per event, template and recipient, and a delivery job for each pending mail.

import { maxViolations, type WorkStatus, workStatus } from '@cartwright/messaging'
import type { MessageRow } from '../db/generated/rows.ts'
import { invariant } from '../deps.ts'
import { deliverKey, deliverKind } from '../domain/message.ts'

const newest = 2000
const oldest = 500
const waitSec = 3600

export const oneMail = invariant({
  name: 'I4-one-mail',
  sentence: 'an event brings one mail per template and recipient',
  find: async ({ deps: { db }, scan }) => {
    const older = await scan.older(db, 'message', ['id'])
    const rows = await db.rows<Pick<MessageRow, 'id'> & { other: string }>`
      SELECT m.id, again.id AS other
      FROM (SELECT id FROM (SELECT id FROM message ORDER BY id DESC LIMIT ${newest}) newest UNION ${older}) scanned
      JOIN message m ON m.id = scanned.id
      JOIN message again ON again.event_id = m.event_id
        AND again.template = m.template
        AND again.recipient = m.recipient
        AND again.id <> m.id
      LIMIT ${maxViolations}`
    return rows.map(({ id, other }) => ({
      id: `${id} ${other}`,
      description: `${id} and ${other} are the same mail`,
      rows: [{ table: 'message', key: [id] }],
    }))
  },
})

const isRetried = (work: WorkStatus | undefined): boolean => work !== undefined && !work.isDone && work.overdueSec < waitSec

// While the mail server is down, mails stay pending and their jobs are retried: that is no violation.
export const mailsMove = invariant({
  name: 'I4-mails-move',
  sentence: 'a mail that waits for an hour is being tried',
  find: async ({ deps: { db }, scan }) => {
    const older = await scan.older(db, 'message', ['id'])
    const rows = await db.rows<Pick<MessageRow, 'id' | 'template' | 'resends'>>`
      SELECT m.id, m.template, m.resends
      FROM (
        SELECT id
        FROM (
          SELECT id
          FROM message
          WHERE state = 'pending' AND updated_at < ${db.dbNow} - INTERVAL 1 HOUR
          ORDER BY id
          LIMIT ${oldest}
        ) waiting
        UNION ${older}
      ) scanned
      JOIN message m ON m.id = scanned.id
      WHERE m.state = 'pending' AND m.updated_at < ${db.dbNow} - INTERVAL 1 HOUR`
    const keys = rows.map(({ id, resends }) => deliverKey({ messageId: id, resends }))
    const work = await workStatus(db, deliverKind, keys)
    return rows
      .filter((_, index) => !isRetried(work.get(keys[index] ?? '')))
      .slice(0, maxViolations)
      .map(({ id, template }) => ({
        id,
        description: `${id} (${template}) has been pending for more than an hour and has no running delivery job`,
        rows: [{ table: 'message', key: [id] }],
      }))
  },
})
