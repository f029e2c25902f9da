// Events of an order: a stream that resumes where it was cut, and long polls where there is no stream.
import { parseCall } from './call.ts'
import type { Core } from './core.ts'
import { ApiError, isApiError } from './errors.ts'
import { readEventStream } from './event-stream.ts'
import type { Order, PaymentView } from './generated/types.ts'
import type { CallOptions } from './options.ts'
import { jittered, sleep } from './retry.ts'

/** The order, or how paying it stands, as it is since this moment. */
export type OrderEvent =
  | { type: 'order'; id: string | undefined; data: Order }
  | { type: 'payment'; id: string | undefined; data: PaymentView }

export interface OrderEventsOptions extends CallOptions {
  /** `id` of the last event that was seen: the stream goes on behind it. */
  lastEventId?: string | undefined
}

const path = '/v1/orders/:orderId/events'
const stream = parseCall(`GET ${path} s`)
/** The gateway sends a comment every 15 seconds. */
const idleMs = 45_000
/** So many failures in a row, and long polls take over. */
const maxFailures = 3
/** A stream that lasted so long did not fail. */
const quietMs = 10_000
const waitSec = 5
const leastPollMs = 1000

/** Statuses by which a gateway without streams, or a proxy that holds them back, answers. */
const isUnsupported = (error: unknown): boolean => error instanceof ApiError && [404, 405, 406, 501].includes(error.status)

/** Whether the caller, the order or the session ends the events. */
const isFinal = (error: unknown, { signal }: CallOptions): boolean =>
  signal?.aborted === true || (isApiError(error) && error.status < 500 && error.status !== 429)

const isEventStream = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') ?? false

/** Yields events until the streams fail; returns when long polls should take over. */
async function* streamed(
  core: Core,
  orderId: string,
  { lastEventId, ...options }: OrderEventsOptions,
): AsyncGenerator<OrderEvent, void> {
  let last = lastEventId
  let retryMs = 0
  const onRetry = (milliseconds: number) => {
    retryMs = milliseconds
  }
  for (let failures = 0; failures < maxFailures; ) {
    const startedAt = Date.now()
    failures++
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': last }
      const response = await core.authorised(stream, { params: { orderId } }, { ...options, headers }, (answer) => answer)
      if (!isEventStream(response)) return void response.body?.cancel()
      for await (const { type, data, id } of readEventStream(response, idleMs, onRetry)) {
        failures = 0
        last = id ?? last
        if (type === 'order' || type === 'payment') yield { type, id, data: JSON.parse(data) }
      }
      // The gateway ends each stream after some minutes, whether or not something happened.
      if (Date.now() - startedAt > quietMs) failures = 0
    } catch (error) {
      if (isUnsupported(error)) return
      if (isFinal(error, options)) throw error
    }
    await sleep(Math.max(retryMs, jittered(failures)), options.signal)
  }
}

type View = Order | PaymentView

/** Yields what has changed: the order by its status, the payment by its state, and the rest of both every five seconds. */
async function* polled(core: Core, orderId: string, options: CallOptions): AsyncGenerator<OrderEvent, void> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const ask = async (type: OrderEvent['type'], before: View | undefined) => {
    const startedAt = Date.now()
    const operationId = type === 'order' ? 'getOrder' : 'getOrderPayment'
    const query = before ? { waitSec, known: 'status' in before ? before.status : before.state } : {}
    const limits = { timeoutMs: (waitSec + 10) * 1000, ...options, signal }
    const data = await core.request<View>(operationId, { params: { orderId }, query }, limits)
    const isNew = JSON.stringify(data) !== JSON.stringify(before)
    if (!isNew) await sleep(Math.max(0, leastPollMs - (Date.now() - startedAt)), signal)
    return { type, data, isNew }
  }
  const watch = (type: OrderEvent['type'], before?: View) => {
    const change = ask(type, before)
    // The other poll may fail, or end with the caller's interest, while nothing awaits this one.
    change.catch(() => undefined)
    return change
  }
  const next = { order: watch('order'), payment: watch('payment') }
  try {
    for (;;) {
      const { type, data, isNew } = await Promise.race([next.order, next.payment])
      next[type] = watch(type, data)
      if (isNew) yield { type, id: undefined, data } as OrderEvent
    }
  } finally {
    stop.abort()
  }
}

/** Yields the events of an order until the caller stops. @throws ApiError when the order or the session has ended */
export async function* orderEvents(
  core: Core,
  orderId: string,
  options: OrderEventsOptions = {},
): AsyncGenerator<OrderEvent, void> {
  yield* streamed(core, orderId, options)
  yield* polled(core, orderId, options)
}
