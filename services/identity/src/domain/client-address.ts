// Client address of a call: the gateway's X-Forwarded-For, or the address of the connection without a gateway.
import type { IdentityDeps } from '../deps.ts'

export interface Caller {
  ip: string
  headers: Record<string, string | string[] | undefined>
}

/** The gateway appends the last entry of X-Forwarded-For; the client can forge every entry before it. */
export const clientAddressOf = ({ ip, headers }: Caller, { config }: IdentityDeps): string => {
  const forwarded = headers['x-forwarded-for']
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined
  return config.trustProxy && last ? last.slice(0, 64) : ip
}
