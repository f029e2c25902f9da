// Options of the client and of its calls, and the list that can be awaited or walked.
import type { TokenStore } from './token-store.ts'

export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds to wait for an answer, each time it is tried. */
  timeoutMs?: number | undefined
  /** Sent in place of the client's own token, such as the one that `orders.verifyLookup` gave. */
  accessToken?: string | undefined
}

/** Of calls that have their effect once per key. */
export interface KeyedOptions extends CallOptions {
  /** A new key for each call when left out. Name one to repeat a call later, after a reload of the page for example. */
  idempotencyKey?: string | undefined
}

/** Of operators' writes. */
export interface ConditionalOptions extends CallOptions {
  /** What the write is based on: an object that this client has read, or its ETag. A newer version refuses the write. */
  ifMatch?: object | string | undefined
}

export interface ClientOptions {
  /** Address of the gateway, such as `https://api.shop.example`. */
  baseUrl: string
  /** Where tokens are kept; in memory when left out. */
  tokens?: TokenStore
  /** Language of texts, messages and mails, such as `de`. */
  locale?: string
  /** Currency of prices and of a new cart, such as `EUR`. */
  currency?: string
  /** Milliseconds to wait for an answer; 10,000 when left out. */
  timeoutMs?: number
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch
}

/** A page when it is awaited; each item of this page and of those behind it when it is walked by `for await`. */
export interface Paged<Page extends { items: readonly unknown[] }>
  extends PromiseLike<Page>,
    AsyncIterable<Page['items'][number]> {}
