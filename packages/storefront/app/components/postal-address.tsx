// A postal address.
import type { Address } from '@cartwright/sdk'
import { useLocale } from '../links.ts'

const countryName = (code: string | undefined, locale: string): string | undefined =>
  code && new Intl.DisplayNames(locale, { type: 'region' }).of(code)

/** A postal address, line by line. */
export const PostalAddress = ({ address }: { address: Address }) => {
  const locale = useLocale()
  const { name, company, line1, line2, postalCode, city, region, country } = address
  const lines = [
    name,
    company,
    line1,
    line2,
    [postalCode, city].filter(Boolean).join(' '),
    [region, countryName(country, locale)].filter(Boolean).join(', '),
  ]
  return (
    <address className="not-italic">
      {lines.filter(Boolean).map((line) => (
        <span key={line} className="block break-words">
          {line}
        </span>
      ))}
    </address>
  )
}
