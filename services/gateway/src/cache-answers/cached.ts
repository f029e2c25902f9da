// Answers public reads from memory; one of several callers who miss the same answer asks for it, the others wait for that one.

import type { Clock } from '@cartwright/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isCurrent } from '../etag.ts'
import { joinHeaders, replyHeaders } from '../headers.ts'
import type { WholeAnswer } from '../upstream.ts'
import { type AnswerCache, cacheKey, type KeptAnswer, listTag, productsIn, stockTag } from './answer-cache.ts'

interface Asked {
  answer: WholeAnswer
  /** Present for an answer that was fit to be kept. */
  kept: KeptAnswer | null
}

export interface CacheRules {
  cacheSec: number
  /** Whether any product may be part of the answer, as in a list. */
  isList: boolean
}

const tagsOf = (url: string, body: Buffer, isList: boolean): string[] => [
  ...productsIn(body.toString('latin1')),
  ...(isList ? [listTag] : []),
  ...(isList && url.includes('inStock') ? [stockTag] : []),
]

const sendKept = (method: string, ifNoneMatch: string | undefined, reply: FastifyReply, kept: KeptAnswer): void => {
  const { raw } = reply
  if (isCurrent(ifNoneMatch, kept.etag)) {
    const { 'content-length': _, 'content-type': __, ...headers } = kept.headers
    raw.writeHead(304, joinHeaders(replyHeaders(reply), headers)).end()
    return
  }
  raw.writeHead(200, joinHeaders(replyHeaders(reply), kept.headers))
  if (method === 'HEAD') raw.end()
  else raw.end(kept.bytes, 'latin1')
}

const sendWhole = (reply: FastifyReply, { status, headers, body }: WholeAnswer): void => {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  reply.raw.writeHead(status, joinHeaders(replyHeaders(reply), { ...headers, ...length })).end(body)
}

export interface CachedReads {
  /** Answers from memory. @returns false on a miss */
  answer(request: FastifyRequest, reply: FastifyReply): boolean
  /** Answers by asking `read`, or by waiting for somebody who already asks the same. */
  fill(request: FastifyRequest, reply: FastifyReply, rules: CacheRules, read: () => Promise<WholeAnswer>): Promise<void>
}

export const cachedReads = (cache: AnswerCache, clock: Clock): CachedReads => {
  const asking = new Map<string, { generation: number; asked: Promise<Asked> }>()
  const keyOf = (request: FastifyRequest) => cacheKey(request.url, request.headers['accept-language'])

  const ask = async (key: string, url: string, rules: CacheRules, read: () => Promise<WholeAnswer>): Promise<Asked> => {
    const generation = cache.generation()
    const answer = await read()
    if (answer.status !== 200) return { answer, kept: null }
    const kept = cache.keep(key, {
      headers: answer.headers,
      body: answer.body,
      tags: tagsOf(url, answer.body, rules.isList),
      generation,
      expiresAtMs: clock.now().getTime() + rules.cacheSec * 1000,
    })
    return { answer, kept }
  }
  /** An answer that was asked for before the latest purge may be old: it is for those who asked then. */
  const join = (key: string, url: string, rules: CacheRules, read: () => Promise<WholeAnswer>): Promise<Asked> => {
    const running = asking.get(key)
    if (running?.generation === cache.generation()) return running.asked
    const mine = { generation: cache.generation(), asked: ask(key, url, rules, read) }
    asking.set(key, mine)
    const done = () => {
      if (asking.get(key) === mine) asking.delete(key)
    }
    mine.asked.then(done, done)
    return mine.asked
  }
  return {
    answer: (request, reply) => {
      const kept = cache.find(keyOf(request), clock.now().getTime())
      if (kept === null) return false
      sendKept(request.method, request.headers['if-none-match'], reply, kept)
      return true
    },
    fill: async (request, reply, rules, read) => {
      // A service in this process is given the request with other headers.
      const { 'if-none-match': ifNoneMatch } = request.headers
      const { answer, kept } = await join(keyOf(request), request.url, rules, read)
      if (reply.raw.destroyed) return
      if (kept) sendKept('GET', ifNoneMatch, reply, kept)
      else sendWhole(reply, answer)
    },
  }
}
