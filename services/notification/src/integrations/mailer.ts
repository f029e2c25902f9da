// Interface of a mail client, and what all clients share: the sender, the Message-ID, and error texts without addresses.
import { ConfigError } from '@cartwright/service-kit'

export interface OutgoingMail {
  /** Becomes the Message-ID. It is the same at every attempt, so that a duplicate can be recognised. */
  key: string
  to: { address: string; name: string }
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /**
   * @throws PermanentFailure when this mail or its recipient is refused for good; Deferred when it is refused temporarily; RetryLater when
   * the other side names a time; other errors when it is unavailable, or when the configuration is wrong
   */
  send(mail: OutgoingMail): Promise<void>
  close(): void
}

/** The server refuses this recipient or mail temporarily. */
export class Deferred extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'Deferred'
  }
}

/** An address with the name that mail programs show. */
export interface Mailbox {
  address: string
  name: string
}

const addressPattern = /[^\s<>"'`,;:@]+@[^\s<>"'`,;:@]+/g

/** The server's error text without e-mail addresses, for logs and operators. */
export const withoutAddresses = (text: string): string => text.replace(addressPattern, '…').slice(0, 300)

/** Parses `Name <address>` or a bare address. @throws ConfigError naming the variable */
export const mailboxOf = (variable: string, text: string): Mailbox => {
  const [, name = '', bracketed, bare] =
    /^\s*(?:"?([^"<>]*?)"?\s*<([^\s<>@]+@[A-Za-z0-9.-]+)>|([^\s<>@]+@[A-Za-z0-9.-]+))\s*$/.exec(text) ?? []
  const address = bracketed ?? bare
  if (address === undefined)
    throw new ConfigError('notification', [`${variable} must hold an e-mail address, such as \`Name <shop@example.com>\``])
  return { address, name }
}

/** The Message-ID of a mail, in the domain of the sender. */
export const messageIdOf = (key: string, from: Mailbox): string => `<${key}@${from.address.replace(/^.*@/, '')}>`

/** Headers of every mail. `Auto-Submitted` prevents out-of-office replies (RFC 3834). */
export const commonHeaders = { 'Auto-Submitted': 'auto-generated' } as const

/** Name of the value by which a provider's webhook events name the mail. */
export const mailVariable = 'cartwright_mail'
