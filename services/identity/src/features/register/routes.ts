// Registration routes: the response and its time are the same for known and unknown addresses. A registration becomes an account by its
// own code and password, and a later registration of the same address does not change it.
import { AppError, acceptedLocales, chooseLocale, identityApi, identityEvents } from '@cartwright/contracts'
import { ConflictError, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, reply } from '@cartwright/service-kit'
import {
  deleteRegistrations,
  findRegistration,
  insertRegistration,
  lockRegistration,
  lockRegistrations,
  type Registration,
} from '../../db/registrations.ts'
import { findByEmail, insertUser, recipientOf } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../../domain/client-address.ts'
import { deviceOf, upsertDevice } from '../../domain/known-device.ts'
import { withMinimumDuration } from '../../domain/minimum-duration.ts'
import { limitAttempts } from '../../domain/one-time-codes/attempt-limiter.ts'
import { attemptKey, recordAttempt } from '../../domain/one-time-codes/budget.ts'
import { type CodeRequest, consumeCode, issueCode, prepareCode } from '../../domain/one-time-codes/codes.ts'
import { assertAcceptable } from '../../domain/passwords/rules.ts'
import { saltFor } from '../../domain/registration-salt.ts'
import { replyTokens, sessionNameOf } from '../../domain/tokens/cookie-session.ts'
import { openSession } from '../../domain/tokens/tokens.ts'

export const register = route(identityApi.register, async ({ request, deps }) => {
  const { email, password, name } = request.body
  const locale = request.body.locale ?? chooseLocale(acceptedLocales(request.headers['accept-language']), deps.shared.locale)
  return withMinimumDuration(deps.config.answerFloorMs, async () => {
    await assertAcceptable({ password, field: '/password', context: [email, name] }, deps)
    const registrationId = deps.newId('reg')
    const passwordHash = await deps.passwords.hash(password, await saltFor(email, deps))
    const prepared = await prepareCode(deps)
    const owner = await findByEmail(deps.db, email)
    const registration: Registration = {
      id: registrationId,
      user_id: deps.newId('usr'),
      email,
      password_hash: passwordHash,
      name,
      locale,
      client_hash: deviceOf(request, deps),
    }
    const order: CodeRequest = owner
      ? { holder: { id: owner.id, email, locale: owner.locale }, purpose: 'already-registered', prepared }
      : { holder: { id: registration.user_id, email, locale }, purpose: 'verify-email', prepared }
    await deps.db.tx(async (tx) => {
      // For a known address the row has expired already: the same statements run.
      await insertRegistration(tx, registration, { open: owner === null })
      await issueCode(tx, order)
    })
    return reply(202, { status: 'accepted' as const, registrationId })
  })
})

export const resend = route(identityApi.resend, ({ request, deps }) =>
  withMinimumDuration(deps.config.answerFloorMs, async () => {
    const prepared = await prepareCode(deps)
    await deps.db.tx(async (tx) => {
      const registration = await lockRegistration(tx, request.body.registrationId)
      if (registration === null) return
      const { user_id: id, email, locale } = registration
      await issueCode(tx, { holder: { id, email, locale }, purpose: 'verify-email', prepared })
    })
    return reply(202, { status: 'accepted' } as const)
  }),
)

/** Attempts from the device that registered have a budget of their own, which other clients cannot use up. */
const attemptKeyOf = (registration: Registration | null, device: string, registrationId: string): string => {
  if (registration === null) return attemptKey(registrationId)
  return registration.client_hash === device ? attemptKey(registration.email, device) : attemptKey(registration.email)
}

/** Creates the account and deletes every registration of its address. @throws ConflictError when an account has the address */
const createAccount = async (tx: Tx, registration: Registration, deps: IdentityDeps, caller: Caller) => {
  const { user_id: id, email, name, locale, password_hash: passwordHash } = registration
  await insertUser(tx, { id, role: 'customer', email, name, locale, passwordHash, verified: true })
  await deleteRegistrations(tx, email)
  await upsertDevice(tx, id, deviceOf(caller, deps))
  await publish(tx, identityEvents.customerVerified, { userId: id, recipient: recipientOf(email, name), locale })
  await auditSecurityEvent(tx, deps, 'registered', { userId: id, clientAddress: clientAddressOf(caller, deps) })
  return openSession(tx, { id, role: 'customer' }, deps, caller)
}

/** Confirms a registration. The first confirmed registration of an address creates the account. */
export const verify = route(identityApi.verify, ({ request, deps }) =>
  limitAttempts(request, deps, async () => {
    const { registrationId, code } = request.body
    const session = sessionNameOf(request)
    const known = await findRegistration(deps.db, registrationId)
    const subject = attemptKeyOf(known, deviceOf(request, deps), registrationId)
    await recordAttempt(subject, 'verify-email', deps)
    const confirmed = deps.db.tx(async (tx) => {
      if (known) await lockRegistrations(tx, known.email)
      const registration = await lockRegistration(tx, registrationId)
      await consumeCode(tx, { userId: registration?.user_id ?? '', purpose: 'verify-email', code, subject }, deps)
      if (registration === null) throw new AppError('otp_invalid')
      return createAccount(tx, registration, deps, request)
    })
    const tokens = await confirmed.catch((error: unknown) => {
      throw error instanceof ConflictError ? new AppError('otp_invalid') : error
    })
    return replyTokens(200, await tokens(), session, deps)
  }),
)
