// The HTTP surface of one's own account: profile, address change, password, sessions.
import { type Static, Type } from 'typebox'
import { Closed, Email, Id, KeptEmail, Locale, Nullable, PersonName, Role, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { Patch } from '../patch.ts'

export const Password = Type.String({ minLength: 1, maxLength: 200 })
const Code = Type.String({ pattern: '^[0-9]{6}$' })

export const Profile = Type.Object({
  id: Type.String(),
  role: Role,
  email: Nullable(KeptEmail),
  pendingEmail: Nullable(KeptEmail),
  name: Nullable(Type.String()),
  locale: Locale,
  createdAt: Time,
})
export type Profile = Static<typeof Profile>
/** A signed-in device. */
export const Session = Type.Object({
  id: Type.String(),
  createdAt: Time,
  lastUsedAt: Time,
  /** Browser and system, or the name of a program. */
  client: Nullable(Type.String()),
  /** The network it was last used from, as a prefix: /24 of IPv4, /48 of IPv6. */
  network: Nullable(Type.String()),
  /** The session of this call. */
  current: Type.Boolean(),
})
export type Session = Static<typeof Session>

export const accountApi = {
  getMe: endpoint({
    operationId: 'getMe',
    method: 'GET',
    path: '/v1/me',
    auth: 'shopper',
    rate: 'read',
    summary: 'Your profile',
    response: { 200: Profile },
    errors: ['not_found'],
  }),
  updateMe: endpoint({
    operationId: 'updateMe',
    method: 'PATCH',
    path: '/v1/me',
    auth: 'shopper',
    rate: 'write',
    summary: 'Change your profile; a new e-mail address needs the password, gets a code and counts once that is confirmed',
    body: Patch({
      name: Type.Optional(PersonName),
      locale: Locale,
      email: Email,
      currentPassword: Password,
    }),
    response: { 200: Profile },
    errors: ['not_found', 'forbidden', 'current_password_wrong', 'too_many_attempts'],
  }),
  confirmEmail: endpoint({
    operationId: 'confirmEmail',
    method: 'POST',
    path: '/v1/me/email/confirm',
    auth: 'customer',
    rate: 'auth',
    summary: 'Confirm a new e-mail address with the code mailed to it',
    body: Closed({ code: Code }),
    response: { 200: Profile },
    errors: ['otp_invalid', 'email_taken', 'too_many_attempts'],
  }),
  closeMe: endpoint({
    operationId: 'closeAccount',
    method: 'DELETE',
    path: '/v1/me',
    auth: 'shopper',
    rate: 'write',
    summary: 'Close your account; needs the password of customers and admins',
    body: Type.Optional(Closed({ currentPassword: Type.Optional(Password) })),
    response: { 204: Type.Null() },
    errors: ['not_found', 'current_password_wrong', 'too_many_attempts', 'last_admin'],
  }),
  undoEmail: endpoint({
    operationId: 'undoEmailChange',
    method: 'POST',
    path: '/v1/me/email/undo',
    auth: 'public',
    rate: 'auth',
    summary: 'Restore the old e-mail address with the token mailed to it; ends every session',
    body: Closed({ undoToken: Text(200) }),
    response: { 204: Type.Null() },
    errors: ['otp_invalid', 'email_taken', 'too_many_attempts'],
  }),
  changePassword: endpoint({
    operationId: 'changePassword',
    method: 'POST',
    path: '/v1/me/password',
    auth: 'customer',
    rate: 'auth',
    summary: 'Set a new password; ends all other sessions, and every access token issued so far',
    body: Closed({ currentPassword: Password, newPassword: Password }),
    response: { 204: Type.Null() },
    errors: ['not_found', 'current_password_wrong', 'password_weak', 'too_many_attempts'],
  }),
  listSessions: endpoint({
    operationId: 'listSessions',
    method: 'GET',
    path: '/v1/me/sessions',
    auth: 'shopper',
    rate: 'read',
    summary: 'Your sessions, the one used last first',
    response: { 200: Type.Object({ items: Type.Array(Session), nextCursor: Type.Null() }) },
    errors: [],
  }),
  endSession: endpoint({
    operationId: 'endSession',
    method: 'DELETE',
    path: '/v1/me/sessions/:sessionId',
    auth: 'shopper',
    rate: 'write',
    summary: 'End one session',
    params: Closed({ sessionId: Id('(ses|fam)') }),
    response: { 204: Type.Null() },
    errors: ['not_found'],
  }),
  endSessions: endpoint({
    operationId: 'endSessions',
    method: 'DELETE',
    path: '/v1/me/sessions',
    auth: 'shopper',
    rate: 'write',
    summary: 'End all sessions, this one too',
    response: { 204: Type.Null() },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
