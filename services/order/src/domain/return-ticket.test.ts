// Unit tests of the return page's tickets.
import { describe, expect, test } from 'vitest'
import { isTicketFor, signTicket, ticketKey } from './return-ticket.ts'

const key = ticketKey('some secret')
const now = new Date('2026-03-01T12:00:00Z')
const later = (sec: number) => new Date(now.getTime() + sec * 1000)

describe('a ticket', () => {
  const ticket = signTicket(key, 'ord_one', later(60))

  test('is valid for its own order until it expires', () => {
    expect(isTicketFor(key, 'ord_one', ticket, now)).toBe(true)
    expect(isTicketFor(key, 'ord_one', ticket, later(60))).toBe(false)
  })
  test('is invalid for another order and under another key', () => {
    expect(isTicketFor(key, 'ord_two', ticket, now)).toBe(false)
    expect(isTicketFor(ticketKey('another secret'), 'ord_one', ticket, now)).toBe(false)
  })
  test.each([
    ['a longer life', `zzzzzz${ticket.slice(6)}`],
    ['no signature', ticket.split('.')[0] ?? ''],
    ['nothing', ''],
    ['a cut signature', ticket.slice(0, -4)],
    ['another signature', `${ticket.slice(0, -2)}zz`],
  ])('is invalid with %s', (_, forged) => {
    expect(isTicketFor(key, 'ord_one', forged, now)).toBe(false)
  })
})
