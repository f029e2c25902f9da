// What a request carries through middleware, loaders and actions.
import type { Client } from '@cartwright/sdk'
import { createContext } from 'react-router'
import type { Locale } from './locales.ts'
import type { Session } from './session.server.ts'

export interface Visit {
  /** Speaks for this visitor alone. */
  client: Client
  locale: Locale
  session: Session
  /** Scheme, host and port by which the visitor reached the storefront. */
  origin: string
}

export const visitContext = createContext<Visit>()

/** Allows the scripts of this response, by its Content-Security-Policy. */
export const nonceContext = createContext<string>()

/** Network address of the visitor, as the storefront sees it. */
export const addressContext = createContext<string>()

/** Settings of the storefront, from its environment. */
export interface Settings {
  gatewayUrl: string
  /** Encrypts the cookie of visitors. */
  secret: Uint8Array
  /** The storefront's address where visitors see another one than the server does; null to take the request's. */
  publicUrl: string | null
}

export const settingsContext = createContext<Settings>()
