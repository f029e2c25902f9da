// Reads a stream of server-sent events, as the HTML standard describes it.

interface StreamEvent {
  type: string
  data: string
  /** The last id that the stream named. */
  id: string | undefined
}

/**
 * Yields the events of a response.
 * @param idleMs ends the stream when nothing came for so long, not even a comment
 * @param onRetry is told how many milliseconds to wait before the next connection
 */
export async function* readEventStream(
  response: Response,
  idleMs: number,
  onRetry: (milliseconds: number) => void,
): AsyncGenerator<StreamEvent, void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let id: string | undefined
  let event = { type: 'message', data: [] as string[] }
  try {
    for (;;) {
      const timer = setTimeout(() => void reader.cancel().catch(() => undefined), idleMs)
      const { done, value } = await reader.read().finally(() => clearTimeout(timer))
      if (done) return
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [, field = '', text = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
        if (field === 'event') event.type = text
        if (field === 'data') event.data.push(text)
        if (field === 'id') id = text
        if (field === 'retry' && /^\d+$/.test(text)) onRetry(Number(text))
        if (line !== '') continue
        if (event.data.length > 0) yield { type: event.type, data: event.data.join('\n'), id }
        event = { type: 'message', data: [] }
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
