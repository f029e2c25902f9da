// Verifies webhooks of mail providers: SendGrid's ECDSA signature over timestamp and body, Mailgun's HMAC over timestamp and token.
import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import { AppError } from '@cartwright/contracts'

/** Longer than the providers repeat a delivery; receipts are stored for longer, so a repetition within it has no effect. */
const pastSec = 25 * 3600
const futureSec = 300

/** @throws AppError signature_invalid for a timestamp outside the window */
const assertTimely = (timestamp: unknown, now: Date): string => {
  const text = String(timestamp ?? '')
  const ageSec = now.getTime() / 1000 - Number(text)
  if (!/^\d{1,12}$/.test(text) || ageSec > pastSec || ageSec < -futureSec) throw new AppError('signature_invalid')
  return text
}

interface SignedBody {
  body: Buffer
  signature: unknown
  timestamp: unknown
}

/** @throws AppError signature_invalid when no key has signed these bytes at this time */
export const verifySendGrid = ({ body, signature, timestamp }: SignedBody, keys: readonly KeyObject[], now: Date): void => {
  const signed = Buffer.concat([Buffer.from(assertTimely(timestamp, now)), body])
  const given = Buffer.from(String(signature ?? ''), 'base64')
  if (!keys.some((key) => verify('sha256', signed, key, given))) throw new AppError('signature_invalid')
}

/** @returns the token, which is to be taken once: the signature does not cover the event. @throws AppError signature_invalid */
export const verifyMailgun = (given: unknown, keys: readonly string[], now: Date): string => {
  const { timestamp, token, signature } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>
  const at = assertTimely(timestamp, now)
  if (typeof token !== 'string' || token === '' || typeof signature !== 'string' || !/^[0-9a-f]{64}$/i.test(signature))
    throw new AppError('signature_invalid')
  const expected = (key: string) =>
    createHmac('sha256', key)
      .update(at + token)
      .digest()
  if (!keys.some((key) => timingSafeEqual(expected(key), Buffer.from(signature, 'hex')))) throw new AppError('signature_invalid')
  return token
}
