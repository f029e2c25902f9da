// Route that lists mails, newest first: ids are time-ordered. Prisma finds the ids by the filters, SQL reads the rows.
import { notificationApi } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { listMessages } from '../../db/messages.ts'
import { route } from '../../deps.ts'
import { mentions } from './search.ts'
import { viewsOf } from './view.ts'

const sortName = '-id'

export const adminListMessages = route(notificationApi.adminListMessages, async ({ request, deps: { prisma, db } }) => {
  const { limit = 20, cursor, orderId, state, template, q } = request.query
  const before = cursor === undefined ? null : String(decodeCursor(sortName, cursor, 1)[0])
  const found = await prisma.message.findMany({
    select: { id: true },
    where: {
      ...(orderId === undefined ? {} : { orderId }),
      ...(state === undefined ? {} : { state }),
      ...(template === undefined ? {} : { template }),
      ...(q === undefined ? {} : mentions(q)),
      ...(before === null ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const { items, nextCursor } = pageOf(found, limit, (last) => encodeCursor(sortName, [last.id]))
  const rows = await listMessages(
    db,
    items.map(({ id }) => id),
  )
  return { items: await viewsOf(db, rows), nextCursor }
})
