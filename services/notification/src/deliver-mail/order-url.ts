// The address in a mail that opens its order. The token is signed when the mail is sent, so that no event and no row carries it.
import { ConfigError, signOrderToken } from '@cartwright/service-kit'
import type { MessageRow } from '../db/messages.ts'
import type { NotificationDeps } from '../deps.ts'

const daySec = 86_400

/** The template of that address. @throws ConfigError */
export const orderUrlTemplate = (own: string | null, publicUrl: string): string => {
  if (own === null) return `${publicUrl.replace(/\/$/, '')}/orders/view?ticket={TOKEN}`
  const isWeb = URL.canParse(own) && ['http:', 'https:'].includes(new URL(own).protocol)
  if (isWeb && (own.includes('{TOKEN}') || own.includes('{ORDER_ID}'))) return own
  throw new ConfigError('notification', ['SHOP_ORDER_URL must be a web address that holds {TOKEN} or {ORDER_ID}'])
}

/** Null for mails that are about no order, and for those to operators. */
export const orderUrlOf = async (
  { order_id: orderId, user_id: principalId, template }: Pick<MessageRow, 'order_id' | 'user_id' | 'template'>,
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
  return orderUrl.replaceAll('{ORDER_ID}', encodeURIComponent(orderId)).replaceAll('{TOKEN}', encodeURIComponent(token))
}
