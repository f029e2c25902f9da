// What a storefront reads first: name, currencies, countries, languages, limits, and how and from where it can be paid.
import { type Static, Type } from 'typebox'
import { cartLimit, lineLimit } from '../cart/limits.ts'
import { Closed, named, OneOf, StoredCurrency } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { languages } from '../locales.ts'
import { paymentMethods } from '../payment/methods.ts'
import { localeQuery } from './schemas.ts'

export const Shop = named(
  'Shop',
  Type.Object({
    name: Type.String(),
    currencies: Type.Array(
      Type.Object({
        code: StoredCurrency,
        exponent: Type.Integer({ description: 'Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD' }),
        default: Type.Boolean({ description: 'Whether calls that name no currency use it; exactly one is' }),
        taxIncluded: Type.Boolean({ description: 'Whether prices in it include tax' }),
      }),
    ),
    countries: Type.Array(
      Type.Object({
        code: Type.String({ description: 'ISO 3166-1 alpha-2' }),
        name: Type.String({ description: 'In the language of the answer' }),
      }),
      { description: 'Where the shop ships to, by name; every country while it has no shipping zone' },
    ),
    locales: Type.Array(OneOf(...languages), { description: 'Languages of texts, mails and pages; the first is the shop’s own' }),
    limits: Type.Object({
      cartLines: Type.Integer({ description: 'Lines of a cart at most' }),
      lineQuantity: Type.Integer({ description: 'Units of one SKU in a cart at most' }),
    }),
    paymentMethods: Type.Array(OneOf(...paymentMethods)),
    returnOrigins: Type.Array(Type.String(), {
      description: 'Origins of `successUrl` and `cancelUrl` of a checkout; loopback is allowed besides outside production',
    }),
  }),
)
export type Shop = Static<typeof Shop>

const example: Shop = {
  name: 'Harbour Goods',
  currencies: [
    { code: 'EUR', exponent: 2, default: true, taxIncluded: true },
    { code: 'USD', exponent: 2, default: false, taxIncluded: false },
  ],
  countries: [
    { code: 'AT', name: 'Austria' },
    { code: 'DE', name: 'Germany' },
  ],
  locales: ['en', 'de'],
  limits: { cartLines: cartLimit, lineQuantity: lineLimit },
  paymentMethods: ['card'],
  returnOrigins: ['https://api.shop.example', 'https://shop.example'],
}

export const shopApi = {
  getShop: endpoint({
    operationId: 'getShop',
    method: 'GET',
    path: '/v1/shop',
    auth: 'public',
    rate: 'read',
    cacheSec: 60,
    summary: 'Get the shop',
    description:
      'Returns what a storefront needs before it shows anything: name, currencies, countries, languages, limits, payment methods and the origins that a checkout may return to. `locale`, or else `Accept-Language`, selects the language of the countries’ names.',
    query: Closed(localeQuery),
    success: 200,
    response: { 200: Shop },
    errors: [],
    examples: { query: { locale: 'en' }, response: example },
  }),
} satisfies Record<string, Endpoint>
