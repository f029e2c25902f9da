// A mailbox for development: takes every mail over SMTP, keeps it in memory and shows it on a page of its own.
import type { AddressInfo } from 'node:net'
import { mailboxHttp } from './http.ts'
import type { MailDetail } from './mail.ts'
import { type MailboxFault, startSmtp } from './smtp.ts'
import { mailStore } from './store.ts'

export interface MailboxOptions {
  /** Port of the page and the API; 0 takes a free one. */
  httpPort: number
  /** Port for SMTP; a free one when left out. */
  smtpPort?: number
  /** Address to listen on; loopback when left out. */
  host?: string
  /** Host names beside loopback's and `host` under which the page and the API answer. */
  hosts?: readonly string[]
  /** Mails kept at most; 1000 when left out. */
  max?: number
}

export interface Mailbox {
  /** Address of the page. */
  url: string
  /** For SMTP_URL. */
  smtpUrl: string
  /** What it holds, newest first. Looking does not mark a mail as read. */
  messages(): readonly MailDetail[]
  /** Lets tests see an outage; null ends it. */
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
  const smtp = await startSmtp({ port: smtpPort, host, fault: () => fault, take: (mail) => store.add(mail) })
  const app = mailboxHttp(store, smtp.rejected, [host, ...hosts])
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
