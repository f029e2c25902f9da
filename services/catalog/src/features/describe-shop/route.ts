// Route that tells a storefront what the shop is: name, currencies, countries, languages, limits, payment methods, return origins.
import {
  cartLimit,
  catalogApi,
  countries,
  currencyExponent,
  isCurrency,
  type Language,
  languageOf,
  languages,
  lineLimit,
  type PriceRules,
  paymentMethods,
} from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { reply } from '@cartwright/service-kit'
import type { ShopCurrencyRow } from '../../db/generated/rows.ts'
import { getPriceRules } from '../../db/price-rules.ts'
import { route } from '../../deps.ts'
import { defaultCurrency, unpricedUp } from '../../domain/product.ts'
import { languageFor, languageHeaders } from '../../domain/reader-language.ts'

/** Currencies in which something is sold now. Each costs one look into the index of prices. */
const listSoldCurrencies = async (db: Queryable): Promise<string[]> => {
  const rows = await db.rows<ShopCurrencyRow>`
    SELECT c.code
    FROM shop_currency c
    WHERE EXISTS (SELECT 1 FROM product_listing l WHERE l.currency = c.code AND l.price_up < ${unpricedUp})
    ORDER BY c.code`
  return rows.map(({ code }) => code).filter(isCurrency)
}

const currencyOf = (code: string, { taxExcluded }: PriceRules) => ({
  code,
  exponent: currencyExponent(code),
  default: code === defaultCurrency,
  taxIncluded: !taxExcluded.includes(code),
})

/** Countries of the shipping zones, or all of them while there is no zone: then nothing forbids a country. */
const countriesOf = ({ shippingZones }: PriceRules, language: Language) => {
  const zoned = new Set(shippingZones.flatMap((zone) => zone.countries.map(({ code }) => code)))
  const names = new Intl.DisplayNames([language], { type: 'region' })
  const { compare } = new Intl.Collator(language)
  return (zoned.size === 0 ? countries : [...zoned])
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => compare(one.name, other.name))
}

export const getShop = route(catalogApi.getShop, async ({ request, deps }) => {
  const { shopName, locale, publicUrl, returnOrigins } = deps.shared
  const language = languageFor(request, locale)
  const [rules, sold] = await Promise.all([getPriceRules(deps.db), listSoldCurrencies(deps.db)])
  const codes = [defaultCurrency, ...sold.filter((code) => code !== defaultCurrency)]
  const own = languageOf(locale)
  const shop = {
    name: shopName,
    currencies: codes.map((code) => currencyOf(code, rules)),
    countries: countriesOf(rules, language),
    locales: [own, ...languages.filter((other) => other !== own)],
    limits: { cartLines: cartLimit, lineQuantity: lineLimit },
    paymentMethods: [...paymentMethods],
    returnOrigins: [...new Set([new URL(publicUrl).origin, ...returnOrigins])],
  }
  return reply(200, shop, languageHeaders(language))
})
