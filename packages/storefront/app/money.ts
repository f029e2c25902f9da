// Amounts as people read them: `€14.50`, `14,50 €`, `¥1,450`.
import type { Price } from '@cartwright/sdk'

const formats = new Map<string, Intl.NumberFormat>()

const formatOf = (locale: string, currency: string): Intl.NumberFormat => {
  const key = `${locale} ${currency}`
  const format = formats.get(key) ?? new Intl.NumberFormat(locale, { style: 'currency', currency })
  formats.set(key, format)
  return format
}

const digitsOf = (format: Intl.NumberFormat): number => format.resolvedOptions().maximumFractionDigits ?? 2

/** The amount for programs: `14.50`. */
export const decimalOf = ({ amountMinor, currency }: Price): string => {
  const digits = digitsOf(formatOf('en', currency))
  return (amountMinor / 10 ** digits).toFixed(digits)
}

/** @param price in minor units; its currency says how many make one */
export const formatMoney = ({ amountMinor, currency }: Price, locale: string): string => {
  const format = formatOf(locale, currency)
  return format.format(amountMinor / 10 ** digitsOf(format))
}
