// Where a call comes from, as the gateway says. Without a gateway in front, the connection's own address.
import type { IdentityDeps } from './deps.ts'

export interface Caller {
  ip: string
  headers: Record<string, string | string[] | undefined>
}

/** The last entry of X-Forwarded-For is the gateway's; anything before it is the client's own claim. */
export const addressOf = ({ ip, headers }: Caller, { config }: IdentityDeps): string => {
  const forwarded = headers['x-forwarded-for']
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined
  return config.trustProxy && last ? last.slice(0, 64) : ip
}
