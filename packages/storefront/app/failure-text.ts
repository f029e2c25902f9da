// What a refusal of the shop says to a visitor.
import { ConnectionError, isApiError, TimeoutError } from '@cartwright/sdk'
import type { TFunction } from 'i18next'
import { formatMoney } from './money.ts'

const plain = [
  'cart_changed',
  'out_of_stock',
  'shipping_changed',
  'shipping_required',
  'unavailable',
  'amount_not_payable',
  'too_many_unpaid_orders',
  'code_unknown',
] as const

/** @returns null for an error that no text fits */
export const failureText = (error: unknown, t: TFunction, locale: string): string | null => {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return t('errors.offline')
  if (!isApiError(error)) return null
  const known = plain.find((code) => code === error.code)
  if (known) return t(`errors.${known}`)
  if (isApiError(error, 'price_changed') && error.details.total)
    return t('errors.price_changed', { total: formatMoney(error.details.total, locale) })
  if (isApiError(error, 'code_not_applicable') && error.details.reason)
    return t('problems.code_not_applicable', {
      code: error.details.promotionCode ?? '',
      reason: t(`problems.reasons.${error.details.reason}`),
    })
  if (error.status === 429) return t('errors.rate_limited', { seconds: error.retryAfterSec ?? 60 })
  if (error.status === 503) return t('errors.offline')
  // The shop's own sentence is in the visitor's language.
  return error.status < 500 ? error.message : t('errors.unknown')
}
