// Environment variables of identity: default, unit, meaning.
import { atLeastInProduction, flag, integer, keyMaterial, portsOf, secret, text } from '@cartwright/service-kit'

export const config = {
  ...portsOf('identity'),
  databaseUrl: secret(text('IDENTITY_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('IDENTITY_POOL_SIZE', 'Largest number of database connections', 10),
  keySecret: keyMaterial(text('IDENTITY_KEY_SECRET', 'Encrypts the private signing keys in the database')),
  otpSecret: keyMaterial(text('IDENTITY_OTP_SECRET', 'Key of the HMAC under which one-time codes are stored')),
  sealPublicJwk: text('SEAL_PUBLIC_JWK', 'Public JWK of notification, for which one-time codes are sealed'),
  bcryptCost: atLeastInProduction(12, integer('IDENTITY_BCRYPT_COST', 'bcrypt cost, 4 to 15; lower than 12 only in tests', 12)),
  bcryptThreads: integer(
    'IDENTITY_BCRYPT_THREADS',
    'Largest number of threads that hash passwords; the number of cores when empty',
    null,
  ),
  answerFloorMs: integer(
    'IDENTITY_ANSWER_FLOOR_MS',
    'Minimum milliseconds of responses whose time could reveal whether an address is known',
    150,
  ),
  accessTokenSec: integer('IDENTITY_ACCESS_TOKEN_SEC', 'Lifetime of an access token in seconds', 600),
  adminAccessTokenSec: integer('IDENTITY_ADMIN_ACCESS_TOKEN_SEC', 'Lifetime of an admin’s access token in seconds', 120),
  refreshTokenDays: integer('IDENTITY_REFRESH_TOKEN_DAYS', 'Lifetime of an unused refresh token in days', 30),
  sessionDays: integer('IDENTITY_SESSION_DAYS', 'Lifetime of a session in days, also when it is used', 180),
  codeSec: integer('IDENTITY_CODE_SEC', 'Lifetime of a one-time code in seconds', 600),
  keyDays: integer('IDENTITY_KEY_DAYS', 'Days that a signing key signs before the next one replaces it', 30),
  trustProxy: flag('IDENTITY_TRUST_PROXY', 'Take the client address from X-Forwarded-For, which the gateway sets', true),
  freeFailures: integer('IDENTITY_LOGIN_FREE_FAILURES', 'Failed sign-ins per account and address before delays begin', 5),
  freeFailuresPerAddress: integer(
    'IDENTITY_LOGIN_FREE_FAILURES_PER_ADDRESS',
    'Failed sign-ins, and wrong codes, per address over all accounts before delays begin; production 100, development 10000',
    null,
  ),
}
