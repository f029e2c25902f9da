// Registration: the answer, its status and its time are the same whether the address is known or not. Each registration proves itself:
// its code makes an account with its own password, and a later one of the same address changes nothing in it.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { ConflictError, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { answer, auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf, type Caller } from '../client-address.ts'
import {
  endRegistrations,
  findRegistration,
  insertRegistration,
  lockRegistration,
  lockRegistrations,
  type Registration,
  saltFor,
} from '../db/registrations.ts'
import { findByEmail, insertUser, recipientOf } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { deviceOf, rememberDevice } from '../known-device.ts'
import { type CodeOrder, consumeCode, countGuess, guesserOf, issueCode, prepareCode } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { noSooner } from '../same-time.ts'
import { openSession } from '../tokens/tokens.ts'

export const register = route(identityApi.register, async (req, deps: IdentityDeps) => {
  const { email, password, name, locale = 'en' } = req.body
  return noSooner(deps.config.answerFloorMs, async () => {
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
      client_hash: deviceOf(req, deps),
    }
    const order: CodeOrder = owner
      ? { holder: { id: owner.id, email, locale: owner.locale }, purpose: 'already-registered', prepared }
      : { holder: { id: registration.user_id, email, locale }, purpose: 'verify-email', prepared }
    await deps.db.tx(async (tx) => {
      // For a known address a row that has ended: the same statements run.
      await insertRegistration(tx, registration, { open: owner === null })
      await issueCode(tx, order)
    })
    return answer(202, { status: 'accepted' as const, registrationId })
  })
})

export const resend = route(identityApi.resend, (req, deps: IdentityDeps) =>
  noSooner(deps.config.answerFloorMs, async () => {
    const prepared = await prepareCode(deps)
    await deps.db.tx(async (tx) => {
      const registration = await lockRegistration(tx, req.body.registrationId)
      if (registration === null) return
      const { user_id: id, email, locale } = registration
      await issueCode(tx, { holder: { id, email, locale }, purpose: 'verify-email', prepared })
    })
    return answer(202, { status: 'accepted' } as const)
  }),
)

/** Guesses from the device that registered count for it alone: a stranger who registers the same address cannot use them up. */
const guesserAt = (registration: Registration | null, device: string, registrationId: string): string => {
  if (registration === null) return guesserOf(registrationId)
  return registration.client_hash === device ? guesserOf(registration.email, device) : guesserOf(registration.email)
}

/** Makes the account, and ends every registration of its address. @throws ConflictError when an account has the address */
const makeAccount = async (tx: Tx, registration: Registration, deps: IdentityDeps, caller: Caller) => {
  const { user_id: id, email, name, locale, password_hash: passwordHash } = registration
  await insertUser(tx, { id, role: 'customer', email, name, locale, passwordHash, verified: true })
  await endRegistrations(tx, email)
  await rememberDevice(tx, id, deviceOf(caller, deps))
  await publish(tx, identityEvents.customerVerified, { userId: id, recipient: recipientOf(email, name), locale })
  await auditSecurityEvent(tx, deps, 'registered', { userId: id, clientAddress: addressOf(caller, deps) })
  return openSession(tx, { id, role: 'customer' }, deps, caller)
}

/** The first registration of an address that is confirmed wins. */
export const verify = route(identityApi.verify, (req, deps: IdentityDeps) =>
  guessing(req, deps, async () => {
    const { registrationId, code } = req.body
    const known = await findRegistration(deps.db, registrationId)
    const subject = guesserAt(known, deviceOf(req, deps), registrationId)
    await countGuess(subject, 'verify-email', deps)
    const confirmed = deps.db.tx(async (tx) => {
      if (known) await lockRegistrations(tx, known.email)
      const registration = await lockRegistration(tx, registrationId)
      await consumeCode(tx, { userId: registration?.user_id ?? '', purpose: 'verify-email', code, subject }, deps)
      if (registration === null) throw new AppError('otp_invalid')
      return makeAccount(tx, registration, deps, req)
    })
    const tokens = await confirmed.catch((error: unknown) => {
      throw error instanceof ConflictError ? new AppError('otp_invalid') : error
    })
    return tokens()
  }),
)
