// Principal: the caller that an access token names.
import type { Role } from '@cartwright/contracts'

/** What may have changed since the token was issued, such as the e-mail address, is not here: ask identity. */
export interface Principal {
  id: string
  role: Role
  /** The session that the token belongs to. */
  sessionId?: string
}
