// Examples of the operators' calls: a dead letter of cart, and an issue that waits for a person.
import { exampleIds, exampleTime, exampleTrace } from '../examples.ts'
import type { DeadLetter, DeadLetterDetail, OpenIssue } from './schemas.ts'

const deadLetter: DeadLetter = {
  id: 'cart-15',
  service: 'cart',
  consumer: 'cart',
  eventId: 'evt_01m8mk6m13jvz8hp6x2f4wve2h',
  eventType: 'order.placed',
  topic: 'order.events',
  key: exampleIds.order,
  reason: 'exhausted',
  error: 'Deadlock found when trying to get lock; try restarting transaction',
  attempts: 10,
  createdAt: exampleTime(30, 26),
  resolvedAt: null,
  resolution: null,
}
const deadLetterDetail: DeadLetterDetail = {
  ...deadLetter,
  payload: { orderId: exampleIds.order, cartId: exampleIds.cart, cartVersion: 2 },
  headers: { ce_type: 'order.placed', ce_sequence: '1', traceparent: `00-${exampleTrace}-00f067aa0ba902b7-01` },
  audit: [],
}
const openIssue: OpenIssue = {
  service: 'order',
  kind: 'refunds-failed',
  about: 'orders whose refund failed: the customer is still owed the money',
  count: 1,
  ids: [exampleIds.order],
  next: 'order show <id>',
}

export const opsExamples = {
  params: { deadLetterId: deadLetter.id },
  deadLetter,
  deadLetterDetail,
  redriven: { redriven: [deadLetter.id, 'cart-16'], failed: null },
  discarded: { redriven: ['cart-16'], failed: null },
  openIssue,
  replay: {
    service: 'cart',
    group: 'cart',
    topic: 'catalog.events',
    from: '2026-11-29T20:00:00Z',
    to: '2026-11-29T21:00:00Z',
  },
  replayed: { delivered: 128 },
} as const
