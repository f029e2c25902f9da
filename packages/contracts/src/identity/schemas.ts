// What identity answers with: tokens, profiles, sessions, addresses, users.
import { type Static, Type } from 'typebox'
import { Address, Id, Locale, Nullable, named, OneOf, Principal, Role, StoredEmail, Time } from '../common.ts'

export const Password = Type.String({ minLength: 1, maxLength: 200 })
/** A one-time code that was mailed. */
export const Code = Type.String({ pattern: '^[0-9]{6}$' })
/** What a one-time code is for. `already-registered` is a mail without a code, to the owner of an address that is registered again. */
export const CodePurpose = named('CodePurpose', OneOf('verify-email', 'reset-password', 'change-email', 'already-registered'))
export type CodePurpose = Static<typeof CodePurpose>
export const UserId = Id('(usr|gst)')
export const RegistrationId = Id('reg')

export const Tokens = named(
  'Tokens',
  Type.Object({
    accessToken: Type.String(),
    tokenType: Type.Literal('Bearer'),
    expiresInSec: Type.Integer(),
    refreshToken: Type.Optional(Type.String({ description: 'Absent in a cookie session: it is in the cookie' })),
    principal: Principal,
  }),
)
export type Tokens = Static<typeof Tokens>

export const Profile = named(
  'Profile',
  Type.Object({
    id: Type.String(),
    role: Role,
    email: Nullable(StoredEmail),
    pendingEmail: Nullable(StoredEmail),
    name: Nullable(Type.String()),
    locale: Locale,
    createdAt: Time,
  }),
)
export type Profile = Static<typeof Profile>

/** A signed-in device. */
export const Session = named(
  'Session',
  Type.Object({
    id: Type.String(),
    createdAt: Time,
    lastUsedAt: Time,
    client: Nullable(Type.String({ description: 'Browser and system, or the name of a program' })),
    network: Nullable(Type.String({ description: 'The network it was last used from, as a prefix: /24 of IPv4, /48 of IPv6' })),
    current: Type.Boolean({ description: 'Whether this call belongs to the session' }),
  }),
)
export type Session = Static<typeof Session>

/** An address of an account's address book. */
export const AddressEntry = named(
  'AddressEntry',
  Type.Object({ ...Address.properties, id: Id('adr'), isDefault: Type.Boolean() }),
)
export type AddressEntry = Static<typeof AddressEntry>

/** An account as operators see it. */
export const User = named(
  'User',
  Type.Object({
    id: Type.String(),
    role: Role,
    email: Nullable(StoredEmail),
    name: Nullable(Type.String()),
    verified: Type.Boolean(),
    blocked: Type.Boolean(),
    createdAt: Time,
  }),
)
export type User = Static<typeof User>
