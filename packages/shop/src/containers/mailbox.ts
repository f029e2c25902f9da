// Runs the development mailbox as a process of its own, for containers where Mailpit cannot be had.
import { program, readConfig } from '@cartwright/service-kit'
import { startMailbox } from '../mailbox/mailbox.ts'
import { mailboxSpec } from './tools-config.ts'

await program(async ({ env, print }) => {
  const { host, port, smtpPort, hosts } = readConfig('the mailbox', 'MAILBOX_', mailboxSpec, env)
  const mailbox = await startMailbox({ host, httpPort: port, smtpPort, hosts })
  print(`Mailbox: ${mailbox.url}, ${mailbox.smtpUrl}`)
  return mailbox
})
