// Every mail that ever arrived, by Message-ID: the mailbox itself forgets the oldest.
import type { Mailbox } from '@cartwright/shop/test-shop'

export interface MailRow {
  messageId: string
  to: string
  subject: string
  text: string
  /** How often it arrived: more than once after a death between the server's yes and our note. */
  copies: number
}

export interface MailLog {
  all(): MailRow[]
  to(address: string): MailRow[]
  stop(): void
}

const lookMs = 500

/** Starts looking into the mailbox. */
export const openMailLog = (mailbox: Pick<Mailbox, 'messages'>): MailLog => {
  const seen = new Set<string>()
  const byMessageId = new Map<string, MailRow>()
  const look = (): void => {
    for (const mail of mailbox.messages()) {
      // Newest first: what is known now is known from here on.
      if (seen.has(mail.ID)) break
      seen.add(mail.ID)
      const known = byMessageId.get(mail.MessageID)
      if (known) known.copies += 1
      else
        byMessageId.set(mail.MessageID, {
          messageId: mail.MessageID,
          to: mail.To[0]?.Address ?? '',
          subject: mail.Subject,
          text: mail.Text,
          copies: 1,
        })
    }
  }
  const timer = setInterval(look, lookMs)
  const all = (): MailRow[] => {
    look()
    return [...byMessageId.values()]
  }
  return { all, to: (address) => all().filter((mail) => mail.to === address), stop: () => clearInterval(timer) }
}
