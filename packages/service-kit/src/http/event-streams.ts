// Server-sent events: the open streams of a service instance, with limits per caller and for buffered bytes. Streams end with their access.
import type { ServerResponse } from 'node:http'
import { AppError } from '@cartwright/contracts'
import { counter, gauge } from '@cartwright/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../lifecycle/clock.ts'
import type { Metrics } from '../operations/kit-metrics.ts'

const endReasons = ['client', 'lifetime', 'access', 'slow', 'drain', 'gone', 'failed'] as const
/**
 * Why a stream ended: the client disconnected, ten minutes were over, the token expired or was revoked, the client read too slowly, the
 * service drains, the object is no longer shown, or it could not be read.
 */
export type EndReason = (typeof endReasons)[number]

/** Metrics of services with streams. */
export const eventStreamMetrics = {
  openStreams: gauge('cartwright_event_streams_open', 'Open streams of server-sent events'),
  endedStreams: counter('cartwright_event_streams_ended_total', 'Streams of server-sent events that ended, by reason', {
    reason: endReasons,
  }),
}

const lifetimeMs = 600_000
/** Proxies between client and service must not take a quiet stream for a dead connection. */
const commentMs = 15_000
const tickMs = 1000
/** A revoked token must end within 5 s, and the revocation may take 2 s to arrive. */
const accessCheckMs = 2000
/** A client that has this many bytes unread when the next event is due is disconnected. */
const maxBufferedBytes = 64 * 1024
/** Streams of one instance; each takes about 20 kB. */
const maxStreams = 4000
/** Shortest pause before a client reconnects. Twice as much is added at random, so that clients of a stopped instance do not come at once. */
const retryMs = 1000

interface StreamEvent {
  event: string
  /** What the client sends as Last-Event-ID to resume after this event. */
  id?: number
  data: unknown
}

export interface EventStream {
  readonly isOpen: boolean
  /** The id after which the client resumes; null when it begins, or sent something else. */
  readonly lastEventId: number | null
  /** Sends an event, or disconnects a client that reads too slowly. */
  send(event: StreamEvent): void
  end(reason: EndReason): void
  /** Calls `listener` once when the stream ends, at once when it has ended. */
  onEnd(listener: () => void): void
}

interface OpenStreamOptions {
  request: Pick<FastifyRequest, 'method' | 'headers'>
  fastifyReply: FastifyReply
  /** Whose streams are counted: a principal, or a client address. */
  caller: string
  /** Whether the caller may still read, asked every two seconds; left out for public streams. */
  isAllowed?: () => Promise<boolean>
}

export interface EventStreams {
  /** Sends the head of a stream. @throws AppError too_many_streams, upstream_unavailable while the service drains */
  open(options: OpenStreamOptions): EventStream
  /** Ends every stream at once and refuses new ones: the service drains. */
  close(): void
}

interface OpenStream {
  tick(nowMs: number): void
  end(reason: EndReason): void
}

const lastEventIdOf = ({ headers }: OpenStreamOptions['request']): number | null => {
  const given = headers['last-event-id']
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : null
}

const textOf = ({ event, id, data }: StreamEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const sendHead = (fastifyReply: FastifyReply): ServerResponse => {
  const { raw } = fastifyReply
  fastifyReply.hijack()
  raw.writeHead(200, {
    ...(fastifyReply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Reverse proxies such as nginx buffer responses unless told otherwise.
    'x-accel-buffering': 'no',
  })
  raw.write(`retry: ${Math.round(retryMs * (1 + 2 * Math.random()))}\n\n`)
  return raw
}

/** Opens the stream on a response whose head is sent. @param ended is called once */
const startStream = (
  { request, fastifyReply, isAllowed }: OpenStreamOptions,
  nowMs: number,
  ended: (reason: EndReason) => void,
): EventStream & OpenStream => {
  const response = sendHead(fastifyReply)
  const listeners: (() => void)[] = []
  let isOpen = true
  let isChecking = false
  let commentAtMs = nowMs + commentMs
  let checkAtMs = nowMs + accessCheckMs

  const close = (reason: EndReason, finish: () => void): void => {
    if (!isOpen) return
    isOpen = false
    finish()
    ended(reason)
    for (const listener of listeners) listener()
  }
  const end = (reason: EndReason) => close(reason, () => response.end())
  const write = (text: string): void => {
    if (!isOpen) return
    if (response.writableLength > maxBufferedBytes) close('slow', () => response.destroy())
    else response.write(text)
  }
  const checkAccess = (atMs: number): void => {
    if (isAllowed === undefined || isChecking || atMs < checkAtMs) return
    isChecking = true
    checkAtMs = atMs + accessCheckMs
    void isAllowed().then(
      (allowed) => {
        isChecking = false
        if (!allowed) end('access')
      },
      () => end('failed'),
    )
  }
  response.once('close', () => close('client', () => undefined))
  return {
    get isOpen() {
      return isOpen
    },
    lastEventId: lastEventIdOf(request),
    send: (event) => write(textOf(event)),
    end,
    onEnd: (listener) => {
      if (isOpen) listeners.push(listener)
      else listener()
    },
    tick: (atMs) => {
      if (atMs >= nowMs + lifetimeMs) return end('lifetime')
      if (atMs >= commentAtMs) {
        commentAtMs = atMs + commentMs
        write(':\n\n')
      }
      checkAccess(atMs)
    },
  }
}

/** @param perCaller streams that a caller may have open at this instance */
export const createEventStreams = ({
  clock,
  metrics,
  perCaller,
}: {
  clock: Clock
  metrics: Metrics
  perCaller: number
}): EventStreams => {
  const { openStreams, endedStreams } = metrics.open(eventStreamMetrics)
  const streams = new Set<OpenStream>()
  const callers = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  const nowMs = () => clock.now().getTime()
  const tick = (): void => {
    const atMs = nowMs()
    for (const stream of streams) stream.tick(atMs)
  }
  const admit = (caller: string): void => {
    if (isClosed || streams.size >= maxStreams)
      throw new AppError('upstream_unavailable', {
        detail: isClosed ? 'the service is stopping: connect again' : 'this instance has no stream left: read without one',
        retryAfterSec: isClosed ? 1 : 10,
      })
    if ((callers.get(caller) ?? 0) >= perCaller)
      throw new AppError('too_many_streams', { extra: { limit: perCaller }, retryAfterSec: 10 })
  }
  const count = (caller: string, change: 1 | -1): void => {
    const next = (callers.get(caller) ?? 0) + change
    if (next === 0) callers.delete(caller)
    else callers.set(caller, next)
  }
  const remove = (stream: OpenStream, caller: string, reason: EndReason): void => {
    streams.delete(stream)
    count(caller, -1)
    openStreams.set(streams.size)
    endedStreams.inc({ reason })
    if (streams.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
  return {
    open: (options) => {
      const { caller, request } = options
      admit(caller)
      const stream: EventStream & OpenStream = startStream(options, nowMs(), (reason) => remove(stream, caller, reason))
      streams.add(stream)
      count(caller, 1)
      openStreams.set(streams.size)
      timer ??= setInterval(tick, tickMs)
      // The response to HEAD has no body to wait for.
      if (request.method === 'HEAD') stream.end('client')
      return stream
    },
    close: () => {
      isClosed = true
      for (const stream of streams) stream.end('drain')
    },
  }
}
