// Examples of notification's calls.
import { exampleEmail, exampleIds, exampleNumber, exampleTime } from '../examples.ts'
import type { MailView, UndeliverableAddress } from './schemas.ts'

const sent: MailView = {
  id: 'msg_01m8mk6m2hxvkm6e8489wcxwsa',
  template: 'order-confirmed',
  state: 'sent',
  event: 'order.confirmed',
  eventId: 'evt_01m8mk6m2cbz8h4kwqp18xtrbk',
  recipient: exampleEmail,
  locale: 'en',
  orderId: exampleIds.order,
  orderNumber: exampleNumber,
  attempts: 1,
  trouble: null,
  resends: 0,
  createdAt: exampleTime(59),
  sentAt: exampleTime(59),
  expiresAt: null,
}

const mark: UndeliverableAddress = {
  id: 'und_01m8mk6m3hd2q4t6v8x0z1a2b3',
  address: exampleEmail,
  reason: 'bounce',
  provider: 'mailgun',
  detail: '5.1.1 The email account does not exist',
  messageId: sent.id,
  markedAt: exampleTime(12, 26),
  clearedAt: null,
}

const sendGridEvent = {
  email: exampleEmail,
  timestamp: 1796333160,
  event: 'bounce',
  type: 'bounce',
  status: '5.1.1',
  reason: '550 5.1.1 The email account does not exist',
  sg_event_id: '6g4ZI7SA-xmRDv57GoPIPw==',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  cartwright_mail: sent.id,
}

const mailgunEvent = {
  signature: {
    timestamp: '1796333160',
    token: 'b3f0c7e2a91d4c58',
    signature: 'b0ec5c5a6b0c1e0d8a0f6b7c3c1a2d4e5f60718293a4b5c6d7e8f90112233445',
  },
  'event-data': {
    id: 'kCAi1KttyQdEKHhdC-nuEA',
    event: 'failed',
    severity: 'permanent',
    reason: 'bounce',
    timestamp: 1796333160.389,
    recipient: exampleEmail,
    'user-variables': { cartwright_mail: sent.id },
    'delivery-status': { code: 550, message: '5.1.1 The email account does not exist' },
  },
}

export const notificationExamples = { sent, mark, sendGridEvent, mailgunEvent }
