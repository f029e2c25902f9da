// Mail log: every mail that arrived in a run, by Message-ID. The mailbox itself keeps only the newest.
import type { Mailbox } from '@cartwright/shop/test-shop'

export interface MailRow {
  messageId: string
  to: string
  subject: string
  text: string
  /** How often it arrived: more than once when notification died between the server's acceptance and its own commit. */
  copies: number
}

export interface MailLog {
  all(): MailRow[]
  to(address: string): MailRow[]
  stop(): void
}

const pollEveryMs = 500

/** Starts polling the mailbox. */
export const openMailLog = (mailbox: Pick<Mailbox, 'messages'>): MailLog => {
  const seen = new Set<string>()
  const byMessageId = new Map<string, MailRow>()
  const poll = (): void => {
    for (const mail of mailbox.messages()) {
      // The mailbox lists the newest mail first, so the rest is known too.
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
  const timer = setInterval(poll, pollEveryMs)
  const all = (): MailRow[] => {
    poll()
    return [...byMessageId.values()]
  }
  return { all, to: (address) => all().filter((mail) => mail.to === address), stop: () => clearInterval(timer) }
}
