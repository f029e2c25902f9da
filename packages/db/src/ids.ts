// Prefixed, time-ordered ids: 48 bits of milliseconds and 80 random bits in Crockford's base 32, lower case (ULID's layout).
import { randomBytes } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

const encode = (value: bigint, length: number): string => {
  let rest = value
  let text = ''
  for (let index = 0; index < length; index++) {
    text = alphabet[Number(rest & 31n)] + text
    rest >>= 5n
  }
  return text
}

/** Creates ids such as `ord_01jd…`. Later ids sort after earlier ones. */
export type NewId = (prefix: string) => string

/** @param nowMs the service's clock, in milliseconds since 1970 */
export const idFactory =
  (nowMs: () => number, random: (size: number) => Buffer = randomBytes): NewId =>
  (prefix) =>
    `${prefix}_${encode(BigInt(nowMs()), 10)}${encode(BigInt(`0x${random(10).toString('hex')}`), 16)}`
