// Shared parts of the examples: Ada Archer buys two mugs and a bread bag in the development shop, and an operator looks after her order.
import type { Static, TObject, TSchema } from 'typebox'
import type { Address, Money } from './common.ts'

export const exampleIds = {
  user: 'usr_01m8mk6k1b068c37ctsvm6ktz3',
  guest: 'gst_01m8mk6jsz9axk8kvyd5060z7w',
  operator: 'usr_00seedadmin',
  registration: 'reg_01m8mk6jtfydqr1fcfawa0y66a',
  session: 'ses_01m8mk6kyrzwxg2gxmp9xcmyxv',
  address: 'adr_01m8mk6kzjp54aywwj8vgvky4p',
  cart: 'crt_01m8mk6m03adyy6s9tj1sr14py',
  mugLine: 'lin_01m8mk6m03d1za4sa9ezayygzz',
  bagLine: 'lin_01m8mk6kzyern0rx2zvgqpjy39',
  order: 'ord_01m8mk6m0wehnnpft379b9h5hc',
  reservation: 'res_01m8mk6m133kjrftdqmjnvjr8s',
  payment: 'pay_01m8mk6m1bq3d0x7ysm2pjr61n',
  shipment: 'shp_01m8mk6mycxxx93mhps9vs7pcv',
  refund: 'rfd_01m8mk6n0g7pfj3evjx529fm70',
  mug: 'prd_0031d2d7b0e26db2b80807d8',
  bag: 'prd_00d6816eb596d77782983ce4',
} as const

export const exampleNumber = 'CW-NYM6-9NXY'
export const exampleEmail = 'ada.archer@example.net'
export const exampleTrace = 'f2f697eb2a7a4dceb0fb5f00c02a28b7'

/** A JSON Web Token in form only: no key has signed it. */
export const exampleToken = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl'

export const eur = (amountMinor: number): Money => ({ amountMinor, currency: 'EUR' })

export const exampleAddress: Address = {
  name: 'Ada Archer',
  line1: '12 Harbour Street',
  city: 'Bremen',
  postalCode: '28195',
  country: 'DE',
}

/** A moment in the minute in which Ada shops. */
export const exampleTime = (second: number, minute = 25): string =>
  `2026-11-29T21:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.000Z`

/** A page that is the last one. */
export const examplePage = <T>(...items: T[]): { items: T[]; nextCursor: string | null } => ({ items, nextCursor: null })

type NullableKeys<T> = { [K in keyof T]-?: null extends T[K] ? K : never }[keyof T]
type Given<T> = Omit<T, NullableKeys<T>> & Partial<Pick<T, NullableKeys<T>>>

const isNullable = (schema: TSchema): boolean =>
  'anyOf' in schema && Array.isArray(schema.anyOf) && schema.anyOf.some((option: { type?: string }) => option.type === 'null')

/** An example of an object. Members that may be null are null unless they are given, so a new one changes no example. */
export const exampleOf = <S extends TObject>(schema: S, given: Given<Static<S>>): Static<S> => {
  const nulls = Object.entries<TSchema>(schema.properties).flatMap(([name, member]) => (isNullable(member) ? [[name, null]] : []))
  return { ...Object.fromEntries(nulls), ...given } as Static<S>
}
