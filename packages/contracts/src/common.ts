// Vocabulary that every surface shares: ids, money, times, addresses, pages, problems.
import { type Static, type TProperties, type TSchema, Type } from 'typebox'

/** An object that refuses unknown members: input schemas are closed. */
export const Closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

/** A prefixed, time-ordered id such as `ord_01j…`. ASCII only, so it compares safely with `ascii_bin` columns. */
export const Id = (prefix: string) =>
  Type.String({ pattern: `^${prefix}_[0-9a-z]{6,40}$`, description: `Id with the prefix ${prefix}_` })

/** An id or a slug in a path. */
export const IdOrSlug = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$' })
export const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 120 })
export const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Stock keeping unit: ASCII, at most 64 characters',
})
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })
export const Email = Type.String({ pattern: '^[^\\s@<>"(),;:\\\\]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$', maxLength: 254 })
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
export const Text = (maxLength: number, minLength = 1) => Type.String({ minLength, maxLength })
/** One of a few words. */
export const OneOf = <N extends string>(...names: N[]) => Type.Unsafe<N>({ type: 'string', enum: names })
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** Money as integer minor units of an ISO 4217 currency, never a float. */
export const Money = Closed({
  amountMinor: Type.Integer({ minimum: -9007199254740991, maximum: 9007199254740991 }),
  currency: Currency,
})
export type Money = Static<typeof Money>
/** A price somebody sets: never negative, small enough that sums stay exact. */
export const Price = Closed({ amountMinor: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }), currency: Currency })

export const Address = Closed({
  name: Text(120),
  company: Type.Optional(Text(120)),
  line1: Text(200),
  line2: Type.Optional(Text(200)),
  city: Text(120),
  region: Type.Optional(Text(120)),
  postalCode: Text(20),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  phone: Type.Optional(Text(40)),
})
export type Address = Static<typeof Address>

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 2048 })),
}
export const Page = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()) })

export const Role = Type.Union([Type.Literal('guest'), Type.Literal('customer'), Type.Literal('admin')])
export type Role = Static<typeof Role>

/** Whom a mail is for. Travels only in events that notification reads. */
export const Recipient = Type.Object({ email: Email, name: Type.Optional(Type.String({ maxLength: 120 })) })
export type Recipient = Static<typeof Recipient>
/** Stands in events for an address that was erased with its account: nobody is to be written to. */
export const erasedEmail = 'erased@invalid.example'
export const Locale = Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })

/** RFC 9457 problem document. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    code: Type.String(),
    instance: Type.Optional(Type.String()),
    traceId: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { additionalProperties: true },
)
export type Problem = Static<typeof Problem>
