// Device description of a session: browser and system from the user agent, and the network of the client address.
import { isIPv4, isIPv6 } from 'node:net'
import type { IdentityDeps } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../client-address.ts'

const maxLength = 80
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/\S+ (Mobile\/\S+ )?Safari\//, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/\b(iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\b(Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]
const firstMatch = (rules: readonly [RegExp, string][], text: string) => rules.find(([pattern]) => pattern.test(text))?.[1]

/** `Firefox on Linux`, or the first product of a program, such as `curl/8.5.0`. Null without a user agent. */
export const clientOf = (userAgent: string | undefined): string | null => {
  const printable = (userAgent ?? '').replace(/[^\x20-\x7e]/g, '').trim()
  const [browser, system] = [firstMatch(browsers, printable), firstMatch(systems, printable)]
  if (browser) return system ? `${browser} on ${system}` : browser
  return printable.split(' ')[0]?.slice(0, maxLength) || null
}

/** Network of an address: /24 of IPv4, /48 of IPv6. It lets an owner recognise a place and does not identify a person. */
export const networkOf = (address: string): string | null => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(plain)) return null
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`
}

/** Data about the client that is stored with a session. */
interface SessionClient {
  client: string | null
  network: string | null
}

export const sessionClientOf = (caller: Caller, deps: IdentityDeps): SessionClient => ({
  client: clientOf([caller.headers['user-agent']].flat()[0]),
  network: networkOf(clientAddressOf(caller, deps)),
})
