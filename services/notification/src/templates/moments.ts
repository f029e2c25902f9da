// Writes a moment for a reader: date and time in their language, in UTC, and says so.

export const moment = (iso: string, locale: string): string =>
  `${new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso))} UTC`
