// Read-through cache of public reads: serves hits from memory and joins concurrent misses of one key into a single upstream request.
import { createSingleFlight } from '@cartwright/concurrency'
import { acceptedLocales, chooseLocale } from '@cartwright/contracts'
import type { Clock } from '@cartwright/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isCurrent } from '../../domain/etag.ts'
import { joinHeaders, replyHeaders } from '../../domain/headers.ts'
import { type CachedResponse, cacheKey, listTag, productsIn, type ResponseCache, stockTag } from '../../domain/response-cache.ts'
import type { BufferedResponse } from '../../domain/upstream.ts'

interface Fetched {
  response: BufferedResponse
  /** Null for a response with another status than 200, which is not cached. */
  cached: CachedResponse | null
}

interface CacheRules {
  cacheSec: number
  /** Whether any product may be part of the response, as in a list. */
  isList: boolean
}

const tagsOf = (url: string, body: Buffer, isList: boolean): string[] => [
  ...productsIn(body.toString('latin1')),
  ...(isList ? [listTag] : []),
  ...(isList && url.includes('inStock') ? [stockTag] : []),
]

const sendCached = (method: string, ifNoneMatch: string | undefined, reply: FastifyReply, cached: CachedResponse): void => {
  const { raw } = reply
  if (isCurrent(ifNoneMatch, cached.etag)) {
    const { 'content-length': _, 'content-type': __, ...headers } = cached.headers
    raw.writeHead(304, joinHeaders(replyHeaders(reply), headers)).end()
    return
  }
  raw.writeHead(200, joinHeaders(replyHeaders(reply), cached.headers))
  if (method === 'HEAD') raw.end()
  else raw.end(cached.bytes, 'latin1')
}

const sendBuffered = (reply: FastifyReply, { status, headers, body }: BufferedResponse): void => {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  reply.raw.writeHead(status, joinHeaders(replyHeaders(reply), { ...headers, ...length })).end(body)
}

export interface CachedReads {
  /** Responds from memory. @returns false on a miss */
  serve(request: FastifyRequest, reply: FastifyReply): boolean
  /** Responds with the result of `read`, or of the same read that another request has under way. */
  fetchOnce(request: FastifyRequest, reply: FastifyReply, rules: CacheRules, read: () => Promise<BufferedResponse>): Promise<void>
}

/** @param count counts reads by outcome */
export const createCachedReads = (cache: ResponseCache, clock: Clock, count: (outcome: 'hit' | 'miss') => void): CachedReads => {
  const flights = createSingleFlight<Fetched>()
  // Responses depend on the language that the header selects, not on its spelling.
  const keyOf = ({ url, headers }: FastifyRequest) =>
    cacheKey(url, chooseLocale(acceptedLocales(headers['accept-language']), '').slice(0, 2) || undefined)

  const fetchAndStore = async (
    key: string,
    url: string,
    rules: CacheRules,
    read: () => Promise<BufferedResponse>,
  ): Promise<Fetched> => {
    const generation = cache.generation()
    const response = await read()
    if (response.status !== 200) return { response, cached: null }
    const cached = cache.store(key, {
      headers: response.headers,
      body: response.body,
      tags: tagsOf(url, response.body, rules.isList),
      generation,
      expiresAtMs: clock.now().getTime() + rules.cacheSec * 1000,
    })
    return { response, cached }
  }
  return {
    serve: (request, reply) => {
      const cached = cache.find(keyOf(request), clock.now().getTime())
      count(cached === null ? 'miss' : 'hit')
      if (cached === null) return false
      sendCached(request.method, request.headers['if-none-match'], reply, cached)
      return true
    },
    fetchOnce: async (request, reply, rules, read) => {
      // An in-process upstream replaces the headers of the request, so the condition is read before.
      const { 'if-none-match': ifNoneMatch } = request.headers
      const key = keyOf(request)
      // A read that began before the latest purge may return stale data: requests after the purge start a new read.
      const { response, cached } = await flights.run(`${cache.generation()} ${key}`, () =>
        fetchAndStore(key, request.url, rules, read),
      )
      if (reply.raw.destroyed) return
      if (cached) sendCached('GET', ifNoneMatch, reply, cached)
      else sendBuffered(reply, response)
    },
  }
}
