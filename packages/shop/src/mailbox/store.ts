// Mail store in memory, newest first, with a maximum size. A restart empties it.
import type { MailSummary, StoredMail } from './mail.ts'
import { matcher } from './search.ts'

/** A page of Mailpit's list. */
interface MailPage {
  total: number
  unread: number
  /** Number of mails on this page. */
  count: number
  messages_count: number
  messages_unread: number
  start: number
  tags: string[]
  messages: MailSummary[]
}

export interface MailStore {
  add(mail: StoredMail): void
  all(): readonly StoredMail[]
  /** Finds a mail by id. The id `latest` finds the newest mail that matches `query`. */
  find(id: string, query?: string): StoredMail | undefined
  page(options: { query?: string; start: number; limit: number }): MailPage
  /** Marks the mails with these ids as read or unread; no ids means all mails. */
  mark(ids: readonly string[], read: boolean): void
  /** Deletes the mails with these ids; no ids means all mails. */
  remove(ids: readonly string[]): void
  removeMatching(query: string): void
  readonly counts: { accepted: number; acceptedSize: number; deleted: number }
}

const unreadOf = (mails: readonly StoredMail[]): number => mails.filter(({ summary }) => !summary.Read).length

/** @param max maximum number of stored mails */
export const mailStore = (max: number): MailStore => {
  let mails: StoredMail[] = []
  const counts = { accepted: 0, acceptedSize: 0, deleted: 0 }
  const retain = (isRetained: (mail: StoredMail) => boolean) => {
    const retained = mails.filter(isRetained)
    counts.deleted += mails.length - retained.length
    mails = retained
  }
  return {
    counts,
    add: (mail) => {
      counts.accepted += 1
      counts.acceptedSize += mail.raw.length
      mails = [mail, ...mails].slice(0, max)
    },
    all: () => mails,
    find: (id, query = '') => (id === 'latest' ? mails.find(matcher(query)) : mails.find(({ summary }) => summary.ID === id)),
    page: ({ query = '', start, limit }) => {
      const matching = query === '' ? mails : mails.filter(matcher(query))
      const messages = matching.slice(start, start + limit).map(({ summary }) => summary)
      return {
        total: mails.length,
        unread: unreadOf(mails),
        count: messages.length,
        messages_count: matching.length,
        messages_unread: unreadOf(matching),
        start,
        tags: [],
        messages,
      }
    },
    mark: (ids, read) => {
      for (const { summary } of mails) if (ids.length === 0 || ids.includes(summary.ID)) summary.Read = read
    },
    remove: (ids) => retain(({ summary }) => ids.length > 0 && !ids.includes(summary.ID)),
    removeMatching: (query) => {
      const matches = matcher(query)
      retain((mail) => !matches(mail))
    },
  }
}
