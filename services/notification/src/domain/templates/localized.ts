// Adds to a reader what depends on their language: texts, amounts, and times with their zone.
import { formatMoney } from '@cartwright/contracts'
import type { Localized, Reader } from './content.ts'
import { sayIn } from './texts/say.ts'

export const localized = (reader: Reader): Localized => {
  const { locale, timeZone } = reader
  const say = sayIn(locale)
  return {
    ...reader,
    say,
    money: (amount) => formatMoney(amount, locale),
    moment: (iso) => {
      const at = new Date(iso)
      const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone })
      const named = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }).formatToParts(at)
      const zone = named.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
      return say('common.moment', { moment: format.format(at), zone })
    },
  }
}
