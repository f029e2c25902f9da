// SMTP server of the mailbox: accepts every mail, unless a test injects a fault.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { type StoredMail, storedMail } from './mail.ts'

/** `connection`: connections are refused, also those that are open. `recipient`: every recipient is rejected permanently. */
export type MailboxFault = 'connection' | 'recipient' | null

interface SmtpReceiver {
  port: number
  readonly rejected: () => number
  stop(): Promise<void>
}

interface SmtpOptions {
  port: number
  host: string
  fault: () => MailboxFault
  onMail: (mail: StoredMail) => void
}

const sizeLimit = 25 * 1024 * 1024

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })

const bytesOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Starts the server. It accepts any user name and password, and clients without them. */
export const startSmtp = async ({ port, host, fault, onMail }: SmtpOptions): Promise<SmtpReceiver> => {
  let rejected = 0
  const refuse = (responseCode: number, message: string): Error => {
    rejected += 1
    return refusal(responseCode, message)
  }
  const closed = (): Error | null => (fault() === 'connection' ? refuse(421, 'the mailbox is closed for a test') : null)
  const server = new SMTPServer({
    name: 'mailbox',
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 500,
    size: sizeLimit,
    onAuth: ({ username }, _, done) => done(null, { user: username ?? '' }),
    onConnect: (_, done) => done(closed()),
    // Clients with open connections meet the fault as well.
    onMailFrom: (_, __, done) => done(closed()),
    onRcptTo: (_, __, done) => done(fault() === 'recipient' ? refuse(550, 'this recipient is refused for a test') : null),
    onData: (stream, { envelope, user }, done) => {
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      const to = envelope.rcptTo.map(({ address }) => address)
      bytesOf(stream)
        .then((raw) =>
          stream.sizeExceeded
            ? Promise.reject(refuse(552, 'the mail is too large'))
            : storedMail(raw, { from, to, username: String(user ?? '') }, new Date()),
        )
        .then((mail) => {
          onMail(mail)
          done(null, `stored as ${mail.summary.ID}`)
        })
        .catch(done)
    },
  })
  // The server reports clients that disconnect early as errors; the mailbox ignores them.
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    rejected: () => rejected,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
