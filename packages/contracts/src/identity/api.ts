// The HTTP surface of identity: who you are and how you prove it.
import { type Static, Type } from 'typebox'
import { Address, Closed, Email, Id, Locale, Nullable, Page, pageQuery, Role, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'

export const Tokens = Type.Object({
  accessToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresInSec: Type.Integer(),
  refreshToken: Type.String(),
  principal: Type.Object({ id: Type.String(), role: Role }),
})
export type Tokens = Static<typeof Tokens>

const Password = Type.String({ minLength: 1, maxLength: 200 })
const Code = Type.String({ pattern: '^[0-9]{6}$' })
const Accepted = Type.Object({ status: Type.Literal('accepted') })
const Profile = Type.Object({ id: Type.String(), role: Role, email: Nullable(Email), name: Nullable(Type.String()), locale: Locale, createdAt: Time })
export const AddressEntry = Type.Object({ ...Address.properties, id: Id('adr'), isDefault: Type.Boolean() })
const addressParams = Closed({ addressId: Id('adr') })
const User = Type.Object({
  id: Type.String(), role: Role, email: Nullable(Email), name: Nullable(Type.String()), verified: Type.Boolean(), blocked: Type.Boolean(), createdAt: Time,
})
const userParams = Closed({ userId: Id('(usr|gst)') })
const Jwk = Type.Object({}, { additionalProperties: true })

export const identityApi = {
  guest: endpoint({ operationId: 'createGuest', method: 'POST', path: '/v1/auth/guest', auth: 'public', rate: 'auth', summary: 'Become a guest: a customer without an e-mail address', response: { 201: Tokens }, errors: ['rate_limited'] }),
  register: endpoint({
    operationId: 'register', method: 'POST', path: '/v1/auth/register', auth: 'public', rate: 'auth', summary: 'Register; mails a 6-digit code. The answer is the same for a known address',
    body: Closed({ email: Email, password: Password, name: Text(120), locale: Type.Optional(Locale) }), response: { 202: Accepted }, errors: ['password_weak', 'rate_limited'],
  }),
  verify: endpoint({
    operationId: 'verifyEmail', method: 'POST', path: '/v1/auth/verify', auth: 'public', rate: 'auth', summary: 'Prove the address with the mailed code',
    body: Closed({ email: Email, code: Code }), response: { 200: Tokens }, errors: ['otp_invalid', 'rate_limited'],
  }),
  resend: endpoint({
    operationId: 'resendCode', method: 'POST', path: '/v1/auth/resend', auth: 'public', rate: 'auth', summary: 'Mail another code, at most one a minute and five an hour',
    body: Closed({ email: Email }), response: { 202: Accepted }, errors: ['rate_limited'],
  }),
  login: endpoint({
    operationId: 'login', method: 'POST', path: '/v1/auth/login', auth: 'public', rate: 'auth', summary: 'Sign in',
    body: Closed({ email: Email, password: Password }), response: { 200: Tokens }, errors: ['invalid_credentials', 'email_unverified', 'account_blocked', 'too_many_attempts'],
  }),
  refresh: endpoint({
    operationId: 'refreshTokens', method: 'POST', path: '/v1/auth/refresh', auth: 'public', rate: 'auth', summary: 'Exchange a refresh token for new tokens',
    body: Closed({ refreshToken: Text(200) }), response: { 200: Tokens }, errors: ['refresh_token_invalid'],
  }),
  logout: endpoint({
    operationId: 'logout', method: 'POST', path: '/v1/auth/logout', auth: 'public', rate: 'auth', summary: 'End the session of a refresh token',
    body: Closed({ refreshToken: Text(200) }), response: { 204: Type.Null() }, errors: [],
  }),
  forgotPassword: endpoint({
    operationId: 'forgotPassword', method: 'POST', path: '/v1/auth/password/forgot', auth: 'public', rate: 'auth', summary: 'Mail a code that resets the password',
    body: Closed({ email: Email }), response: { 202: Accepted }, errors: ['rate_limited'],
  }),
  resetPassword: endpoint({
    operationId: 'resetPassword', method: 'POST', path: '/v1/auth/password/reset', auth: 'public', rate: 'auth', summary: 'Set a new password with the mailed code; ends every session',
    body: Closed({ email: Email, code: Code, newPassword: Password }), response: { 204: Type.Null() }, errors: ['otp_invalid', 'password_weak'],
  }),
  jwks: endpoint({
    operationId: 'getJwks', method: 'GET', path: '/.well-known/jwks.json', auth: 'public', rate: 'read', summary: 'Public keys of access tokens',
    response: { 200: Type.Object({ keys: Type.Array(Jwk) }) }, errors: [],
  }),
  getMe: endpoint({ operationId: 'getMe', method: 'GET', path: '/v1/me', auth: 'shopper', rate: 'read', summary: 'Your profile', response: { 200: Profile }, errors: ['not_found'] }),
  updateMe: endpoint({
    operationId: 'updateMe', method: 'PATCH', path: '/v1/me', auth: 'shopper', rate: 'write', summary: 'Change your profile',
    body: Closed({ name: Type.Optional(Text(120)), locale: Type.Optional(Locale) }), response: { 200: Profile }, errors: ['not_found'],
  }),
  closeMe: endpoint({ operationId: 'closeAccount', method: 'DELETE', path: '/v1/me', auth: 'shopper', rate: 'write', summary: 'Close your account', response: { 204: Type.Null() }, errors: ['not_found'] }),
  listAddresses: endpoint({ operationId: 'listAddresses', method: 'GET', path: '/v1/me/addresses', auth: 'shopper', rate: 'read', summary: 'Your address book', response: { 200: Type.Object({ items: Type.Array(AddressEntry), nextCursor: Type.Null() }) }, errors: [] }),
  addAddress: endpoint({
    operationId: 'addAddress', method: 'POST', path: '/v1/me/addresses', auth: 'shopper', rate: 'write', summary: 'Add an address',
    body: Closed({ ...Address.properties, isDefault: Type.Optional(Type.Boolean()) }), response: { 201: AddressEntry }, errors: [],
  }),
  updateAddress: endpoint({
    operationId: 'updateAddress', method: 'PATCH', path: '/v1/me/addresses/:addressId', auth: 'shopper', rate: 'write', summary: 'Change an address',
    params: addressParams, body: Type.Partial(Closed({ ...Address.properties, isDefault: Type.Boolean() }), { additionalProperties: false }), response: { 200: AddressEntry }, errors: ['not_found'],
  }),
  deleteAddress: endpoint({
    operationId: 'deleteAddress', method: 'DELETE', path: '/v1/me/addresses/:addressId', auth: 'shopper', rate: 'write', summary: 'Remove an address',
    params: addressParams, response: { 204: Type.Null() }, errors: ['not_found'],
  }),
  listUsers: endpoint({
    operationId: 'adminListUsers', method: 'GET', path: '/v1/admin/users', auth: 'admin', rate: 'read', summary: 'List users',
    query: Closed({ ...pageQuery, role: Type.Optional(Role), email: Type.Optional(Email) }), response: { 200: Page(User) }, errors: [],
  }),
  getUser: endpoint({ operationId: 'adminGetUser', method: 'GET', path: '/v1/admin/users/:userId', auth: 'admin', rate: 'read', summary: 'One user', params: userParams, response: { 200: User }, errors: ['not_found'] }),
  updateUser: endpoint({
    operationId: 'adminUpdateUser', method: 'PATCH', path: '/v1/admin/users/:userId', auth: 'admin', rate: 'write', summary: 'Change a user’s role, or block the account',
    params: userParams, body: Closed({ role: Type.Optional(Type.Union([Type.Literal('customer'), Type.Literal('admin')])), blocked: Type.Optional(Type.Boolean()) }), response: { 200: User }, errors: ['not_found', 'forbidden'],
  }),
} satisfies Record<string, Endpoint>
