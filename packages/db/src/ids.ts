// Prefixed, time-ordered ids: 48 bits of milliseconds and 80 bits that begin at random in Crockford's base 32, lower case (ULID's layout).
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

/** Creates ids such as `ord_01jd…`. Later ids of one factory sort after earlier ones. */
export type NewId = (prefix: string) => string

const idOf = (prefix: string, ms: number, low: bigint): string => `${prefix}_${encode(BigInt(ms), 10)}${encode(low, 16)}`

/** The smallest id of a millisecond: ids ascend with time, so a range of them is a window of time. */
export const smallestId = (prefix: string, ms: number): string => idOf(prefix, ms, 0n)

const randomBits = (bits: 48 | 72): bigint => BigInt(`0x${randomBytes(bits / 8).toString('hex')}`)

/**
 * The variants of a product, or the lines of a cart, are often made within a millisecond and are listed by id, so an id of the same
 * millisecond continues from the last one, by a random step that leaves it unguessable. The eight upper bits give the steps room.
 * @param nowMs the service's clock, in milliseconds since 1970
 */
export const idFactory = (nowMs: () => number): NewId => {
  let lastMs = Number.NaN
  let low = 0n
  return (prefix) => {
    const ms = nowMs()
    low = ms === lastMs ? low + 1n + randomBits(48) : randomBits(72)
    lastMs = ms
    return idOf(prefix, ms, low)
  }
}
