// SMTP client for tests, on a plain socket, so that tests see every response of the server.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

export interface TestMail {
  to?: string
  cc?: string
  /** Recipient that is in the envelope and in no header. */
  bcc?: string
  replyTo?: string
  subject?: string
  text?: string
  html?: string
  attachment?: { name: string; content: string }
}

const part = (headers: string[], content: string): string => `${headers.join('\r\n')}\r\n\r\n${content}\r\n`

const multipart = (kind: string, boundary: string, parts: string[]): string =>
  part(
    [`Content-Type: multipart/${kind}; boundary=${boundary}`],
    `${parts.map((inner) => `--${boundary}\r\n${inner}`).join('')}--${boundary}--`,
  )

const bodyOf = ({ text = 'Hi there', html, attachment }: TestMail): string => {
  const plain = part(['Content-Type: text/plain; charset=utf-8'], text)
  const both =
    html === undefined ? plain : multipart('alternative', 'alt', [plain, part(['Content-Type: text/html; charset=utf-8'], html)])
  if (attachment === undefined) return both
  const { name, content } = attachment
  const attached = part(
    [
      `Content-Type: text/plain; name=${name}`,
      `Content-Disposition: attachment; filename=${name}`,
      'Content-Transfer-Encoding: base64',
    ],
    btoa(content),
  )
  return multipart('mixed', 'mix', [both, attached])
}

const rawOf = (mail: TestMail): string =>
  [
    'From: Shop <shop@example.com>',
    `To: ${mail.to ?? 'Alice Archer <alice@example.com>'}`,
    ...(mail.cc ? [`Cc: ${mail.cc}`] : []),
    ...(mail.replyTo ? [`Reply-To: ${mail.replyTo}`] : []),
    `Subject: ${mail.subject ?? 'Hello'}`,
    'Message-ID: <m1@example.com>',
    'Date: Wed, 04 Mar 2026 09:30:00 +0000',
    'MIME-Version: 1.0',
    bodyOf(mail),
  ].join('\r\n')

const addressIn = (text: string): string => /<([^>]+)>/.exec(text)?.[1] ?? text

/** Hands a mail over. @param onGreeted runs when the connection is open @throws Error with the server's reply when it refuses */
export const talkSmtp = async (url: string, mail: TestMail, onGreeted: () => void = () => undefined): Promise<void> => {
  const { hostname, port, username, password } = new URL(url)
  const socket = connect(Number(port), hostname)
  const replies = createInterface(socket)[Symbol.asyncIterator]()
  const expectReply = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await replies.next()
      if (done) throw new Error('the server hung up')
      if (/^[45]/.test(value)) throw new Error(value)
      if (/^\d{3} /.test(value)) return
    }
  }
  const recipients = [mail.to ?? 'alice@example.com', mail.cc, mail.bcc].filter((text) => text !== undefined)
  const commands = [
    'EHLO test',
    ...(username ? [`AUTH PLAIN ${btoa(`\0${username}\0${password}`)}`] : []),
    'MAIL FROM:<shop@example.com>',
    ...recipients.map((text) => `RCPT TO:<${addressIn(text)}>`),
    'DATA',
    `${rawOf(mail)}\r\n.`,
  ]
  try {
    await expectReply()
    onGreeted()
    for (const command of commands) {
      socket.write(`${command}\r\n`)
      await expectReply()
    }
  } finally {
    socket.destroy()
  }
}
