// Examples of the identity calls: Ada Archer registers, signs in and keeps an address.
import { exampleAddress, exampleEmail, exampleIds, exampleTime, exampleToken } from '../examples.ts'
import type { AddressEntry, Profile, Session, Tokens, User } from './schemas.ts'

const tokens: Tokens = {
  accessToken: exampleToken,
  tokenType: 'Bearer',
  expiresInSec: 600,
  refreshToken: 'YeofAS847Lj5_IO99IT9lOeTHjZJ9gQCuDSIqvXYak0',
  principal: { id: exampleIds.user, role: 'customer' },
}
const profile: Profile = {
  id: exampleIds.user,
  role: 'customer',
  email: exampleEmail,
  pendingEmail: null,
  name: 'Ada Archer',
  locale: 'en',
  createdAt: exampleTime(57),
}
const session: Session = {
  id: exampleIds.session,
  createdAt: exampleTime(58),
  lastUsedAt: exampleTime(10, 40),
  client: 'Firefox on Linux',
  network: '203.0.113.0/24',
  current: true,
}
const addressEntry: AddressEntry = { ...exampleAddress, id: exampleIds.address, isDefault: true }
const user: User = {
  id: exampleIds.user,
  role: 'customer',
  email: exampleEmail,
  name: 'Ada Archer',
  verified: true,
  blocked: false,
  createdAt: exampleTime(57),
}

export const identityExamples = {
  password: 'a-long-sentence-9',
  newPassword: 'a-longer-sentence-10',
  code: '493027',
  registration: { status: 'accepted', registrationId: exampleIds.registration },
  accepted: { status: 'accepted' },
  tokens,
  guestTokens: { ...tokens, principal: { id: exampleIds.guest, role: 'guest' } } satisfies Tokens,
  profile,
  germanProfile: { ...profile, locale: 'de' } satisfies Profile,
  newEmail: 'ada@archer.example',
  movedProfile: { ...profile, email: 'ada@archer.example' } satisfies Profile,
  session,
  sessionParams: { sessionId: exampleIds.session },
  address: exampleAddress,
  addressEntry,
  addressParams: { addressId: exampleIds.address },
  phone: '+49 421 555 0142',
  user,
  blockedUser: { ...user, blocked: true } satisfies User,
  userParams: { userId: exampleIds.user },
}
