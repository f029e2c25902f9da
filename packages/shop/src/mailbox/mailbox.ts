// Mailbox for development: accepts every mail over SMTP, keeps it in memory and shows it on a web page.
import type { AddressInfo } from 'node:net'
import { mailboxHttp } from './http.ts'
import type { MailDetail } from './mail.ts'
import { type MailboxFault, startSmtp } from './smtp.ts'
import { mailStore } from './store.ts'

interface MailboxOptions {
  /** Port of the page and the API; 0 means a free port. */
  httpPort: number
  /** Port for SMTP; default: a free port. */
  smtpPort?: number
  /** Address to listen on; default: loopback. */
  host?: string
  /** Host names that the page and the API accept in addition to loopback and `host`. */
  hosts?: readonly string[]
  /** Maximum number of stored mails; default: 1000. */
  max?: number
}

export interface Mailbox {
  /** Address of the page. */
  url: string
  /** Value for SMTP_URL. */
  smtpUrl: string
  /** Stored mails, newest first. Reading them here does not mark them as read. */
  messages(): readonly MailDetail[]
  /** Sets the fault that SMTP clients meet; null ends it. */
  setFault(fault: MailboxFault): void
  stop(): Promise<void>
}

export type { MailboxFault, MailDetail }

/** Starts the mailbox. @throws Error when a port is taken */
export const startMailbox = async ({
  httpPort,
  smtpPort = 0,
  host = '127.0.0.1',
  hosts = [],
  max = 1000,
}: MailboxOptions): Promise<Mailbox> => {
  const store = mailStore(max)
  let fault: MailboxFault = null
  const smtp = await startSmtp({ port: smtpPort, host, fault: () => fault, onMail: (mail) => store.add(mail) })
  const app = mailboxHttp(store, smtp.rejected, [host, ...hosts], (next) => {
    fault = next
  })
  try {
    await app.listen({ port: httpPort, host })
  } catch (error) {
    await smtp.stop()
    throw error
  }
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    url: `http://${reachable}:${(app.server.address() as AddressInfo).port}`,
    smtpUrl: `smtp://${reachable}:${smtp.port}`,
    messages: () => store.all().map(({ detail }) => detail),
    setFault: (next) => {
      fault = next
    },
    stop: async () => {
      await app.close()
      await smtp.stop()
    },
  }
}
