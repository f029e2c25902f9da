// URL template of an order's page in mails: checks SHOP_ORDER_URL, or builds the default.
import { ConfigError } from '@cartwright/service-kit'

/** @param configured SHOP_ORDER_URL; null for the gateway's order page @throws ConfigError */
export const orderUrlTemplate = (configured: string | null, publicUrl: string): string => {
  if (configured === null) return `${publicUrl.replace(/\/$/, '')}/orders/view?ticket={TOKEN}&locale={LOCALE}`
  const isWeb = URL.canParse(configured) && ['http:', 'https:'].includes(new URL(configured).protocol)
  if (isWeb && (configured.includes('{TOKEN}') || configured.includes('{ORDER_ID}'))) return configured
  throw new ConfigError('notification', ['SHOP_ORDER_URL must be a web address that holds {TOKEN} or {ORDER_ID}'])
}
