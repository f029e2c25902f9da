// Commands for failed mails, for addresses that mails do not reach, and for accounts without a usable address.
import { randomUUID } from 'node:crypto'
import { identityApi, notificationApi } from '@cartwright/contracts'
import { type Command, countOf, facts, grid, textOf, timeOf, UsageError } from './command.ts'

const limit = { limit: { type: 'string', about: 'how many, 50 when left out' } } as const
const limitOf = (text: string | undefined): number => Math.min(100, countOf(text, '--limit', 50))

const failedMails: Command = {
  name: 'mails failed',
  takes: '',
  about: 'Mails that the mail server rejected permanently, newest first',
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
      text: rows.length === 0 ? 'No mail failed.' : grid(['ID', 'MAIL', 'ORDER', 'SINCE (UTC)', 'PROBLEM'], rows),
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

const undeliverableAddresses: Command = {
  name: 'mails undeliverable',
  takes: '',
  about: 'Addresses that bounced or complained and get no mails, newest first',
  options: limit,
  run: async ({ api }, _, options) => {
    const query = { limit: limitOf(textOf(options, 'limit')) }
    const { items } = await (await api()).call(notificationApi.adminListUndeliverableAddresses, { query })
    const rows = items.map((mark) => [
      mark.id,
      mark.address,
      mark.reason,
      mark.provider,
      timeOf(mark.markedAt),
      mark.detail?.slice(0, 80),
    ])
    const heading = ['ID', 'ADDRESS', 'REASON', 'PROVIDER', 'SINCE (UTC)', 'DETAIL']
    return { data: items, text: rows.length === 0 ? 'No address is marked as undeliverable.' : grid(heading, rows) }
  },
}

const clearAddress: Command = {
  name: 'mails clear',
  takes: '<id>',
  about: 'Let mails go to an undeliverable address again',
  run: async ({ api }, [markId = '']) => {
    if (!/^und_[0-9a-z]{6,40}$/.test(markId))
      throw new UsageError(`${markId || 'Nothing'} is not the id of an undeliverable address, such as und_01j8x.`)
    const mark = await (await api()).call(notificationApi.adminClearUndeliverableAddress, {
      params: { markId },
      key: randomUUID(),
    })
    return {
      data: mark,
      text: `Mails go to ${mark.address} again. Remove it from the suppression list of ${mark.provider} too.`,
    }
  },
}

const unreachableAccounts: Command = {
  name: 'accounts unreachable',
  takes: '',
  about: 'Accounts whose e-mail address is unusable, or equals that of another account',
  options: limit,
  run: async ({ api }, _, options) => {
    const query = { unreachable: true, limit: limitOf(textOf(options, 'limit')) }
    const { items } = await (await api()).call(identityApi.listUsers, { query })
    const rows = items.map((user) => [user.id, user.role, JSON.stringify(user.email)])
    return {
      data: items,
      text: rows.length === 0 ? 'Every account has a usable address.' : grid(['ID', 'ROLE', 'ADDRESS'], rows),
    }
  },
}

export const peopleCommands: readonly Command[] = [
  failedMails,
  resendMail,
  undeliverableAddresses,
  clearAddress,
  unreachableAccounts,
]
