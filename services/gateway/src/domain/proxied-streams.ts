// Open streams that the gateway passes on. It ends them when it stops, since they would delay the stop for minutes.
import type { ServerResponse } from 'node:http'

export interface ProxiedStreams {
  /** Remembers a response until it closes. */
  add(response: ServerResponse): void
  /** Ends every stream that has begun, so that its client connects to another instance, and each one that begins later. */
  end(): void
}

/** @param count is called with the number of open streams */
export const createProxiedStreams = (count: (open: number) => void): ProxiedStreams => {
  const responses = new Set<ServerResponse>()
  let hasEnded = false
  const finish = (response: ServerResponse): void => {
    // A response without a head cannot end properly. Its client connects again, as after a broken connection.
    if (response.headersSent) response.end()
    else response.destroy()
  }
  return {
    add: (response) => {
      if (hasEnded) return finish(response)
      responses.add(response)
      count(responses.size)
      response.once('close', () => {
        responses.delete(response)
        count(responses.size)
      })
    },
    end: () => {
      hasEnded = true
      for (const response of responses) finish(response)
    },
  }
}
