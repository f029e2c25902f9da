// How a caller proves who they are: guests, registration, signing in, tokens, forgotten passwords.
import { Type } from 'typebox'
import { Closed, Email, Locale, PersonName, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleEmail, exampleIds } from '../examples.ts'
import { identityExamples } from './examples.ts'
import { Code, Password, RegistrationId, Tokens } from './schemas.ts'

const Accepted = Type.Object({ status: Type.Literal('accepted') })
const Jwk = Type.Object({}, { additionalProperties: true })
/** Left out in a cookie session. */
const RefreshToken = Type.Optional(Closed({ refreshToken: Type.Optional(Text(200)) }))
const { password, newPassword, code, tokens } = identityExamples
const { refreshToken } = tokens

export const signInApi = {
  guest: endpoint({
    operationId: 'createGuest',
    method: 'POST',
    path: '/v1/auth/guest',
    auth: 'public',
    cookieSession: 'opens',
    rate: 'auth',
    summary: 'Become a guest',
    description:
      'Creates a guest, a customer without an e-mail address, and returns their tokens. A guest has a cart and may check out.',
    success: 201,
    response: { 201: Tokens },
    errors: ['rate_limited', 'csrf_refused'],
    examples: { response: identityExamples.guestTokens },
  }),
  register: endpoint({
    operationId: 'register',
    method: 'POST',
    path: '/v1/auth/register',
    auth: 'public',
    rate: 'auth',
    summary: 'Register',
    description:
      'Starts a registration and mails a six-digit code that confirms this registration only. The answer is the same for an address that has an account; its owner gets a mail that says so.',
    body: Closed({ email: Email, password: Password, name: PersonName, locale: Type.Optional(Locale) }),
    success: 202,
    response: { 202: Type.Object({ ...Accepted.properties, registrationId: RegistrationId }) },
    errors: ['password_weak', 'rate_limited'],
    examples: {
      body: { email: exampleEmail, password, name: 'Ada Archer', locale: 'en' },
      response: identityExamples.registration,
    },
  }),
  verify: endpoint({
    operationId: 'verifyEmail',
    method: 'POST',
    path: '/v1/auth/verify',
    auth: 'public',
    cookieSession: 'opens',
    rate: 'auth',
    summary: 'Confirm a registration',
    description:
      'Confirms a registration with the code that was mailed for it and signs the customer in. When an address was registered several times, the first confirmation wins.',
    body: Closed({ registrationId: RegistrationId, code: Code }),
    success: 200,
    response: { 200: Tokens },
    errors: ['otp_invalid', 'too_many_attempts', 'csrf_refused'],
    examples: { body: { registrationId: exampleIds.registration, code }, response: tokens },
  }),
  resend: endpoint({
    operationId: 'resendCode',
    method: 'POST',
    path: '/v1/auth/resend',
    auth: 'public',
    rate: 'auth',
    summary: 'Mail another code',
    description: 'Mails another code for a registration, at most once a minute and five times an hour for an address.',
    body: Closed({ registrationId: RegistrationId }),
    success: 202,
    response: { 202: Accepted },
    errors: ['rate_limited'],
    examples: { body: { registrationId: exampleIds.registration }, response: identityExamples.accepted },
  }),
  login: endpoint({
    operationId: 'login',
    method: 'POST',
    path: '/v1/auth/login',
    auth: 'public',
    cookieSession: 'opens',
    rate: 'auth',
    summary: 'Sign in',
    description:
      'Exchanges e-mail address and password for tokens. The right password of a registration that is not confirmed answers `email_unverified` with its `registrationId`.',
    body: Closed({ email: Email, password: Password }),
    success: 200,
    response: { 200: Tokens },
    errors: ['invalid_credentials', 'email_unverified', 'account_blocked', 'too_many_attempts', 'csrf_refused'],
    examples: { body: { email: exampleEmail, password }, response: tokens },
  }),
  refresh: endpoint({
    operationId: 'refreshTokens',
    method: 'POST',
    path: '/v1/auth/refresh',
    auth: 'public',
    cookieSession: 'uses',
    rate: 'auth',
    summary: 'Refresh tokens',
    description:
      'Exchanges a refresh token for a new access token and a new refresh token. The old refresh token is used up: store the new one. In a cookie session both are cookies.',
    body: RefreshToken,
    success: 200,
    response: { 200: Tokens },
    errors: ['refresh_token_invalid', 'csrf_refused'],
    examples: { body: { refreshToken }, response: tokens },
  }),
  logout: endpoint({
    operationId: 'logout',
    method: 'POST',
    path: '/v1/auth/logout',
    auth: 'public',
    cookieSession: 'uses',
    rate: 'auth',
    summary: 'Sign out',
    description:
      'Ends the session of a refresh token, or of the cookie, which is cleared. An unknown token is answered the same way.',
    body: RefreshToken,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['csrf_refused'],
    examples: { body: { refreshToken } },
  }),
  forgotPassword: endpoint({
    operationId: 'forgotPassword',
    method: 'POST',
    path: '/v1/auth/password/forgot',
    auth: 'public',
    rate: 'auth',
    summary: 'Request a password reset',
    description: 'Mails a code that resets the password. The answer is the same for an address without an account.',
    body: Closed({ email: Email }),
    success: 202,
    response: { 202: Accepted },
    errors: ['rate_limited'],
    examples: { body: { email: exampleEmail }, response: identityExamples.accepted },
  }),
  resetPassword: endpoint({
    operationId: 'resetPassword',
    method: 'POST',
    path: '/v1/auth/password/reset',
    auth: 'public',
    rate: 'auth',
    summary: 'Reset the password',
    description: 'Sets a new password with the mailed code and ends every session of the account.',
    body: Closed({ email: Email, code: Code, newPassword: Password }),
    success: 204,
    response: { 204: Type.Null() },
    errors: ['otp_invalid', 'password_weak', 'too_many_attempts'],
    examples: { body: { email: exampleEmail, code, newPassword } },
  }),
  jwks: endpoint({
    operationId: 'getJwks',
    method: 'GET',
    path: '/.well-known/jwks.json',
    auth: 'public',
    rate: 'read',
    summary: 'Get public keys',
    description: 'Returns the public keys that verify access tokens, as a JSON Web Key Set.',
    // Less than a key is published before it signs.
    cacheSec: 60,
    success: 200,
    response: { 200: Type.Object({ keys: Type.Array(Jwk) }) },
    errors: [],
    examples: {
      response: {
        keys: [
          {
            kty: 'EC',
            x: 'xuRy2WfdJhAQjw0L8jSzEdUpizIl30B3Toh3tIJRz1Y',
            y: 'QGGM3XmF0Tav2HlDGlzM6Yb_lKMS2ciJbXIB4bV9eSk',
            crv: 'P-256',
            kid: '1a48338bc6cd2ebc',
            alg: 'ES256',
            use: 'sig',
          },
        ],
      },
    },
  }),
} satisfies Record<string, Endpoint>
