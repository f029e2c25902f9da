// Mails that were refused, and accounts that no mail can reach: what the doctor names, one by one, and how to send a mail again.
import { randomUUID } from 'node:crypto'
import { identityApi, notificationApi } from '@cartwright/contracts'
import { type Command, countOf, facts, grid, textOf, timeOf, UsageError } from './command.ts'

const limit = { limit: { type: 'string', about: 'how many, 50 when left out' } } as const
const limitOf = (text: string | undefined): number => Math.min(100, countOf(text, '--limit', 50))

const failedMails: Command = {
  name: 'mails failed',
  takes: '',
  about: 'Mails that were refused for good, newest first',
  options: limit,
  run: async ({ api }, _, options) => {
    const query = { state: 'failed', limit: limitOf(textOf(options, 'limit')) } as const
    const { items } = await (await api()).call(notificationApi.adminListMessages, { query })
    const rows = items.map((mail) => [
      mail.id,
      mail.template,
      mail.orderNumber,
      timeOf(mail.createdAt),
      mail.trouble?.slice(0, 80),
    ])
    return {
      data: items,
      text: rows.length === 0 ? 'No mail failed.' : grid(['ID', 'MAIL', 'ORDER', 'SINCE (UTC)', 'TROUBLE'], rows),
    }
  },
}

const resendMail: Command = {
  name: 'mails resend',
  takes: '<id>',
  about: 'Send a mail again',
  run: async ({ api }, [messageId = '']) => {
    if (!/^msg_[0-9a-z]{6,40}$/.test(messageId))
      throw new UsageError(`${messageId || 'Nothing'} is not the id of a mail, such as msg_01j8x.`)
    const mail = await (await api()).call(notificationApi.adminResendMessage, { params: { messageId }, key: randomUUID() })
    return {
      data: mail,
      text: facts([
        ['Mail', `${mail.id} ${mail.template}`],
        ['State', mail.state],
        ['Sent again', mail.resends],
      ]),
    }
  },
}

const unreachableAccounts: Command = {
  name: 'accounts unreachable',
  takes: '',
  about: 'Accounts whose address no mail can reach, or that collides with the address of another account',
  options: limit,
  run: async ({ api }, _, options) => {
    const query = { unreachable: true, limit: limitOf(textOf(options, 'limit')) }
    const { items } = await (await api()).call(identityApi.listUsers, { query })
    const rows = items.map((user) => [user.id, user.role, JSON.stringify(user.email)])
    return { data: items, text: rows.length === 0 ? 'Every account has an address.' : grid(['ID', 'ROLE', 'ADDRESS'], rows) }
  },
}

export const peopleCommands: readonly Command[] = [failedMails, resendMail, unreachableAccounts]
