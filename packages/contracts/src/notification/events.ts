// Facts that notification announces to operators.
import { Type } from 'typebox'
import { Id, Nullable } from '../common.ts'
import { publisher } from '../event.ts'
import { erasedAs } from '../personal.ts'

const notification = publisher('notification', 'notification.events')

export const notificationEvents = {
  deliveryFailed: notification(
    'notification.delivery-failed',
    1,
    { aggregate: 'message', key: 'messageId', external: true },
    Type.Object({
      messageId: Id('msg'),
      template: Type.String(),
      orderId: Nullable(Type.String()),
      reason: Type.String(erasedAs('')),
    }),
  ),
}
