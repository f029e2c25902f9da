// Vocabulary that every surface shares: ids, money, times, addresses, pages, problems.
import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { countries } from './countries.ts'
import { currencies } from './currencies.ts'
import { erasedAs } from './personal.ts'

/**
 * Names a schema, in place. OpenAPI, AsyncAPI and the contract lock list it once under this name and refer to it elsewhere.
 * The name is JSON Schema's `title`, which validators and serializers ignore.
 */
export const named = <S extends TSchema>(name: string, schema: S): S => Object.assign(schema, { title: name })

/** An object that refuses unknown members: input schemas are closed. */
export const Closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

/** A prefixed, time-ordered id such as `ord_01j…`. ASCII only, so it compares safely with `ascii_bin` columns. */
export const Id = (prefix: string) =>
  Type.String({ pattern: `^${prefix}_[0-9a-z]{6,40}$`, description: `Id with the prefix ${prefix}_` })

/** An id or a slug in a path. */
export const IdOrSlug = Type.String({ normalize: 'idOrSlug', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$' })
/** Lower case, whatever the case it is typed in. */
export const Slug = Type.String({ normalize: 'slug', pattern: '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$', maxLength: 120 })
/** Upper case, whatever the case it is typed in. */
export const Sku = Type.String({
  title: 'Sku',
  normalize: 'sku',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Stock keeping unit: ASCII, at most 64 characters; compared and stored in upper case',
})
/** A currency that a client names: one in which the shop can be paid. */
export const Currency = Type.Unsafe<string>({
  title: 'Currency',
  type: 'string',
  enum: [...currencies],
  description: 'ISO 4217, chargeable by Stripe',
})
/** A currency as it was kept. Rules that are newer than it must not make it unreadable. */
export const StoredCurrency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })
/**
 * An e-mail address that a client names. Read in one spelling (see `normalize.ts`): blanks around it are trimmed, letters are lower case,
 * a Unicode domain is kept as punycode. What has no such spelling is refused.
 */
export const Email = Type.String({
  title: 'Email',
  normalize: 'email',
  format: 'email',
  maxLength: 254,
  description:
    'E-mail address: ASCII local part (dot-atom, at most 64 characters), domain in ASCII or Unicode, at most 254 characters; compared and stored in lower case',
})
/** An e-mail address as it is answered and announced: the way it was kept. Rules that are newer than it must not make it unreadable. */
export const StoredEmail = Type.String({ maxLength: 254, description: 'E-mail address in its normal form' })
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
/** A moment that a client names. Narrower than the format: no leap second and no year that a Date or the database does not know. */
export const Moment = Type.String({
  format: 'date-time',
  pattern: '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$',
  description: 'RFC 3339, from the year 1000 to 2999, without leap seconds',
})
/** Whole characters only: no NUL and no half of a surrogate pair, which no database and no other service would give back as they came. */
const wholeText = '^[^\\u0000\\uD800-\\uDFFF]*$'
/** Whole characters, of which at least one can be seen. */
export const notBlank = '^(?=[\\s\\S]*\\S)[^\\u0000\\uD800-\\uDFFF]*$'
/** Text of a person. What must not be empty must not be blank either; `minLength` 0 allows both. */
export const Text = (maxLength: number, minLength: 0 | 1 = 1) =>
  Type.String({ maxLength, pattern: minLength === 1 ? notBlank : wholeText })
/** Control characters, line breaks, and characters that cannot be seen or that turn the direction of what follows. */
const unprintable =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ud800-\\udfff\\ufff0-\\uffff\u{e0000}-\u{e0fff}'
/** What can be seen, in one line. The lookahead keeps the search linear. */
export const oneLine = `^(?=.*\\S)[^${unprintable}]*$`
/** One line of text of a person, such as a name: it stands in mails, so it holds no line break and nothing invisible. */
export const Line = (maxLength: number) => Type.String({ maxLength, pattern: oneLine })
export const PersonName = Line(120)
/** Characters of RFC 3986: no blanks, control characters, quotes or backslashes. */
const uriCharacter = "[A-Za-z0-9._~:/?#@!$&'()*+,;=%\\[\\]-]"
/** `https` with a host and without an account, or a path of the shop's own; `//host` would be another host's. */
export const imageAddress = `^(https://[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(:[0-9]{1,5})?([/?#]${uriCharacter}*)?|/(?!/)${uriCharacter}*)$`
/** Where a picture is, as a page may load it. */
export const ImageAddress = Type.String({
  pattern: imageAddress,
  maxLength: 500,
  description: 'An `https` address, or a path of the shop such as `/v1/images/…`; no other scheme, no account, percent-encoded',
})
/** One of a few words. */
export const OneOf = <N extends string>(...names: N[]) => Type.Unsafe<N>({ type: 'string', enum: names })
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** Money as integer minor units of an ISO 4217 currency, never a float. */
export const Money = named(
  'Money',
  Closed({
    amountMinor: Type.Integer({
      minimum: -9007199254740991,
      maximum: 9007199254740991,
      description: 'Minor units: 1450 is 14.50 EUR',
    }),
    currency: StoredCurrency,
  }),
)
export type Money = Static<typeof Money>
/** The most that one payment can take, in minor units: Stripe charges at most eight digits. What is sold or refunded at once is no more. */
export const payableLimit = 99_999_999
/** A price that an operator sets: never negative, small enough that sums stay exact: a full cart of them is below 2^53. */
export const PriceInput = named(
  'PriceInput',
  Closed({ amountMinor: Type.Integer({ minimum: 0, maximum: payableLimit }), currency: Currency }),
)
/** A price as it is answered and announced. */
export const Price = named(
  'Price',
  Closed({ amountMinor: Type.Integer({ minimum: 0, maximum: payableLimit }), currency: StoredCurrency }),
)
export type Price = Static<typeof Price>
/** An amount that moves: never nothing, and no more than one payment takes. */
export const PayableAmount = named(
  'PayableAmount',
  Closed({ amountMinor: Type.Integer({ minimum: 1, maximum: payableLimit }), currency: Currency }),
)

export const Country = Type.Unsafe<string>({
  title: 'Country',
  type: 'string',
  enum: [...countries],
  description: 'ISO 3166-1 alpha-2, assigned',
})

/** A postal address that a client sends. */
export const AddressInput = named(
  'AddressInput',
  Closed({
    name: PersonName,
    company: Type.Optional(Line(120)),
    line1: Line(200),
    line2: Type.Optional(Line(200)),
    city: Line(120),
    region: Type.Optional(Line(120)),
    postalCode: Line(20),
    country: Country,
    phone: Type.Optional(Line(40)),
  }),
)
const line = Type.String()
/** An address as it is answered: the way it was stored. Rules that are newer than it must not make it unreadable. */
export const Address = named(
  'Address',
  Closed({
    name: line,
    company: Type.Optional(line),
    line1: line,
    line2: Type.Optional(line),
    city: line,
    region: Type.Optional(line),
    postalCode: line,
    country: Type.String({ description: 'ISO 3166-1 alpha-2' }),
    phone: Type.Optional(line),
  }),
)
export type Address = Static<typeof Address>

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 2048 })),
}
export const Page = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()) })

export const Role = named('Role', OneOf('guest', 'customer', 'admin'))
export type Role = Static<typeof Role>

/** Who acts: a guest, a customer or an operator. */
export const Principal = named('Principal', Type.Object({ id: Type.String(), role: Role }))

/** Placeholder in events for an address that was erased with its account: no mail is sent to it. */
export const erasedEmail = 'erased@invalid.example'
/** Whom a mail is for. Travels only in events that notification reads. */
export const Recipient = named(
  'Recipient',
  Type.Object({ email: StoredEmail, name: Type.Optional(Type.String({ maxLength: 120 })) }, erasedAs({ email: erasedEmail })),
)
export type Recipient = Static<typeof Recipient>
export const Locale = Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })
