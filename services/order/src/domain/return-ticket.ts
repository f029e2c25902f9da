// Return ticket: a signed, short-lived capability to read and cancel the payment of one order.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Derives the ticket key from the secret that the services share. */
export const ticketKey = (internalAuthSecret: string): Buffer =>
  createHmac('sha256', internalAuthSecret).update('tickets of the return page').digest()

const signature = (key: Buffer, orderId: string, expires: string): Buffer =>
  createHmac('sha256', key).update(`${orderId}.${expires}`).digest()

/** @returns `<expiry in seconds, base 36>.<signature>` */
export const signTicket = (key: Buffer, orderId: string, expiresAt: Date): string => {
  const expires = Math.floor(expiresAt.getTime() / 1000).toString(36)
  return `${expires}.${signature(key, orderId, expires).toString('base64url')}`
}

/** Whether the ticket was signed for this order and has not expired. */
export const isTicketFor = (key: Buffer, orderId: string, ticket: string, now: Date): boolean => {
  const [expires = '', signed = ''] = ticket.split('.')
  const given = Buffer.from(signed, 'base64url')
  const right = signature(key, orderId, expires)
  return given.length === right.length && timingSafeEqual(given, right) && Number.parseInt(expires, 36) * 1000 > now.getTime()
}
