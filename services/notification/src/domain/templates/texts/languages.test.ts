// Languages of the mails: every text exists in each of them with the same placeholders, and each mail reads as its reader expects.
import { formatMoney, languages } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { confirmed } from '../../../fixtures.ts'
import { render } from '../render.ts'
import { reader, samples } from '../samples.fixture.ts'
import { texts } from './say.ts'

const others = languages.filter((language) => language !== 'en')
const keysOf = (language: (typeof languages)[number]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts[language]).flatMap(([group, entries]) =>
      Object.entries(entries).map(([name, text]): [string, string] => [`${group}.${name}`, String(text)]),
    ),
  )
const placeholdersOf = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const written = (name: string, locale: string, more: object = {}) =>
  render(name, samples[name as keyof typeof samples], { ...reader, locale, code: '048213', ...more })

describe('the texts', () => {
  test.each(others)('%s has every text of English and no other, with the same placeholders', (language) => {
    const [english, other] = [keysOf('en'), keysOf(language)]
    expect(Object.keys(other).sort()).toEqual(Object.keys(english).sort())
    for (const [key, text] of Object.entries(other)) {
      expect([key, ...placeholdersOf(text)]).toEqual([key, ...placeholdersOf(english[key] ?? '')])
      expect(text.trim()).not.toBe('')
    }
  })

  test.each(languages)('%s has no word that is too wide for a phone, and no plain quotes', (language) => {
    for (const [key, text] of Object.entries(keysOf(language))) {
      const longest = text.split(/[\s-]+|\{\{\w+\}\}/).reduce((one, other) => (other.length > one.length ? other : one))
      expect([key, longest, longest.length <= 20]).toEqual([key, longest, true])
      expect(text).not.toMatch(/["']/)
    }
  })

  test('German addresses the reader formally', () => {
    expect(Object.values(keysOf('de')).filter((text) => /\b(du|dein\w*|dich|dir|euch|euer)\b/i.test(text))).toEqual([])
  })
})

describe('every mail', () => {
  const cases = Object.keys(samples).flatMap((name) => languages.map((language) => [name, language] as const))

  test.each(cases)('%s in %s is as it was approved', (name, language) => {
    const { subject, text } = written(name, language)
    expect(`${subject}\n\n${plain(text)}`).toMatchSnapshot()
  })

  test.each(cases.flatMap(([name]) => ['en-GB', 'de-AT', 'de-CH'].map((locale) => [name, locale] as const)))(
    '%s in %s shows no placeholder and says in HTML what it says as text',
    (name, locale) => {
      const { subject, text, html } = written(name, locale)
      expect(`${subject}${text}${html}`).not.toMatch(/\{\{|\}\}|undefined|null|NaN|\$t\(/)
      expect(html).toContain(`<html lang="${locale}">`)
      expect(html).not.toMatch(locale === 'en-GB' ? /Guten Tag|Bestellung/ : /Hello |Your order|Order number/)
      expect(subject.length).toBeLessThan(80)
    },
  )
})

describe('amounts and times', () => {
  test('are in the number format of the reader’s region', () => {
    for (const locale of ['de', 'de-AT', 'de-CH', 'en', 'en-GB'])
      expect(render('order-confirmed', confirmed, { ...reader, locale }).text).toContain(
        formatMoney(confirmed.totals.total, locale),
      )
    expect(plain(render('order-confirmed', confirmed, { ...reader, locale: 'de' }).text)).toContain('35,90 €')
    expect(plain(render('order-confirmed', confirmed, { ...reader, locale: 'de-AT' }).text)).toContain('€ 35,90')
  })

  test.each([
    ['en', 'UTC', 'March 4, 2026 at 9:30 AM UTC'],
    ['en-GB', 'Europe/Berlin', '4 March 2026 at 10:30 CET'],
    ['de', 'Europe/Berlin', '4. März 2026 um 10:30 Uhr (MEZ)'],
    ['de-AT', 'UTC', '4. März 2026 um 09:30 Uhr (UTC)'],
  ])('in %s and %s a time names its zone: %s', (locale, timeZone, words) => {
    expect(plain(written('order-delivered', locale, { timeZone }).text)).toContain(words)
  })

  test('a count selects singular or plural', () => {
    const lasting = (minutes: number, locale: string) =>
      render('verify-email', { minutes }, { ...reader, locale, code: '048213' }).text
    expect([lasting(1, 'en'), lasting(10, 'en')]).toEqual([
      expect.stringContaining('1 minute.'),
      expect.stringContaining('10 minutes.'),
    ])
    expect([lasting(1, 'de'), lasting(10, 'de')]).toEqual([
      expect.stringContaining('1 Minute '),
      expect.stringContaining('10 Minuten '),
    ])
  })
})

test('a value that looks like a placeholder stays as it is', () => {
  const mail = render('order-delivered', { number: '{{when}} $t(common.total)', at: '2026-03-04T09:30:00.000Z' }, reader)
  expect(mail.subject).toBe('Order {{when}} $t(common.total) was delivered')
})
