// Mails in memory, newest first, the oldest forgotten when there are too many. A restart begins with none.
import type { MailSummary, StoredMail } from './mail.ts'
import { matcher } from './search.ts'

/** A page of Mailpit's list. */
export interface MailPage {
  total: number
  unread: number
  /** How many this page holds. */
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
  /** By id, or the newest one that matches `query` for the id `latest`. */
  find(id: string, query?: string): StoredMail | undefined
  page(options: { query?: string; start: number; limit: number }): MailPage
  /** Marks these, or all, as read or unread. */
  mark(ids: readonly string[], read: boolean): void
  /** Deletes these, or all. */
  remove(ids: readonly string[]): void
  removeMatching(query: string): void
  readonly counts: { accepted: number; acceptedSize: number; deleted: number }
}

const unreadOf = (mails: readonly StoredMail[]): number => mails.filter(({ summary }) => !summary.Read).length

/** @param max mails kept at most */
export const mailStore = (max: number): MailStore => {
  let mails: StoredMail[] = []
  const counts = { accepted: 0, acceptedSize: 0, deleted: 0 }
  const keep = (wanted: (mail: StoredMail) => boolean) => {
    const kept = mails.filter(wanted)
    counts.deleted += mails.length - kept.length
    mails = kept
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
    remove: (ids) => keep(({ summary }) => ids.length > 0 && !ids.includes(summary.ID)),
    removeMatching: (query) => {
      const matches = matcher(query)
      keep((mail) => !matches(mail))
    },
  }
}
