// Builds the link in a mail that opens its order. The token is signed when the mail is sent, so no event and no row holds it.
import { signOrderToken } from '@cartwright/service-kit'
import type { MessageRow } from '../../db/messages.ts'
import type { NotificationDeps } from '../../deps.ts'

const daySec = 86_400

/** Null for a mail without an order, and for alerts to operators. */
export const orderUrlOf = async (
  { order_id: orderId, user_id: principalId, template }: Pick<MessageRow, 'order_id' | 'user_id' | 'template'>,
  locale: string,
  { config, shared, clock, orderUrl }: NotificationDeps,
): Promise<string | null> => {
  if (orderId === null || template.startsWith('alert-')) return null
  const token = orderUrl.includes('{TOKEN}')
    ? await signOrderToken(
        shared.internalAuthSecret,
        clock,
        { orderId, principalId: principalId ?? undefined },
        config.orderLinkDays * daySec,
      )
    : ''
  return orderUrl
    .replaceAll('{ORDER_ID}', encodeURIComponent(orderId))
    .replaceAll('{TOKEN}', encodeURIComponent(token))
    .replaceAll('{LOCALE}', locale)
}
