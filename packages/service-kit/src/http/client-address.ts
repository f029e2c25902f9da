// Client address of a request as the gateway reports it, and the network that rate limits count.
import { isIPv6 } from 'node:net'

export interface Caller {
  ip: string
  headers: Record<string, string | string[] | undefined>
}

/** The last entry of X-Forwarded-For, which the gateway adds; earlier entries are claims of the client. Without it, the connection's address. */
export const clientAddressOf = ({ ip, headers }: Caller): string => {
  const forwarded = headers['x-forwarded-for']
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined
  return last ? last.slice(0, 64) : ip
}

/** The eight groups of an IPv6 address, without leading zeros. */
const groupsOf = (address: string): string[] => {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  return tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

/** What rate limits count: an IPv4 address, or the /64 network of an IPv6 address, since one client usually has a whole /64. */
export const networkOf = (address: string): string => {
  const bare = address.split('%')[0] ?? ''
  if (!isIPv6(bare)) return address
  // The URL parser normalizes an address: lower case, no leading zeros, IPv4 parts as groups.
  const groups = groupsOf(new URL(`http://[${bare}]`).hostname.slice(1, -1))
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') {
    const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16))
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
