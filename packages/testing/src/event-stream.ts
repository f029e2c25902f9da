// Client of server-sent events for tests: collects the events of one stream.
import { eventually } from './eventually.ts'

export interface ReceivedEvent {
  id: string | null
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on events.
  data: any
}

export interface EventStreamClient {
  status: number
  headers: Headers
  /** The whole body of a refusal; null for a stream. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on responses.
  refusal: any
  /** Whole events so far, in order. */
  events: ReceivedEvent[]
  /** Bytes so far, as text. */
  text(): string
  /** Waits for the newest event of a kind to match. @returns it */
  until(event: string, matches: (data: ReceivedEvent['data']) => boolean): Promise<ReceivedEvent>
  /** Resolves when the server ends the stream; rejects when the connection breaks. */
  ended: Promise<void>
  /** Cuts the connection. */
  cut(): Promise<void>
}

const fieldOf = (block: string, name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null

const eventOf = (block: string): ReceivedEvent[] => {
  const data = fieldOf(block, 'data')
  return data === null ? [] : [{ id: fieldOf(block, 'id'), event: fieldOf(block, 'event') ?? 'message', data: JSON.parse(data) }]
}

/** Connects to a stream; resolves with the head of the response. */
export const openEvents = async (url: string, headers: Record<string, string> = {}): Promise<EventStreamClient> => {
  const abort = new AbortController()
  const response = await fetch(url, { signal: abort.signal, headers })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const events: ReceivedEvent[] = []
  let text = ''
  let read = 0
  const readAll = async (): Promise<void> => {
    if (!isStream || response.body === null) return
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const end = text.lastIndexOf('\n\n')
      if (end < read) continue
      events.push(...text.slice(read, end).split('\n\n').flatMap(eventOf))
      read = end + 2
    }
  }
  const refusal = isStream ? null : await response.json().catch(() => null)
  const ended = readAll()
  ended.catch(() => undefined)
  return {
    status: response.status,
    headers: response.headers,
    refusal,
    events,
    text: () => text,
    until: (event, matches) =>
      eventually(`an event ${event} that matches`, () => {
        const newest = events.findLast((one) => one.event === event)
        return newest !== undefined && matches(newest.data) ? newest : null
      }),
    ended,
    cut: async () => {
      abort.abort()
      await ended.catch(() => undefined)
    },
  }
}
