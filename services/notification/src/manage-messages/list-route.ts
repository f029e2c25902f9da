// Operators look at mails, newest first. Ids are time-ordered, so the id is the order.
import { notificationApi } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import type { NotificationDeps } from '../deps.ts'
import { mentions } from './search.ts'
import { viewsOf } from './view.ts'

const sortName = '-id'

export const adminListMessages = route(notificationApi.adminListMessages, async (req, { prisma, db }: NotificationDeps) => {
  const { limit = 20, cursor, orderId, state, template, q } = req.query
  const before = cursor === undefined ? null : String(decodeCursor(sortName, cursor, 1)[0])
  const rows = await prisma.message.findMany({
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
  const { items, nextCursor } = pageOf(rows, limit, (last) => encodeCursor(sortName, [last.id]))
  return { items: await viewsOf(db, items), nextCursor }
})
