// Tells the page of an order that something changed, as server-sent events without content: the page then loads its data again.
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import type { Route } from './+types/order-events'

/** Milliseconds after which the browser connects again. A token lives longer than that. */
const lastsMs = 4 * 60_000

export const loader = async ({ params: { orderId }, request, context }: Route.LoaderArgs) => {
  const { client, session } = context.get(visitContext)
  const ticket = session.orderTokens?.[orderId]
  // This call refreshes expired tokens while the answer can still set the cookie. The stream uses that one token and refreshes none.
  await orAnswer(client.orders.get(orderId, {}, { accessToken: ticket }))
  const accessToken = ticket ?? (await client.auth.session())?.accessToken
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(lastsMs)])
  const encoder = new TextEncoder()
  const events = client.orders.events(orderId, { signal, accessToken })
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await events.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(`data: ${value.type}\n\n`))
      } catch {
        // The time is over, the visitor has left, or the token has ended: the browser connects again where it is still there.
        controller.close()
      }
    },
    cancel: async () => {
      await events.return()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}
