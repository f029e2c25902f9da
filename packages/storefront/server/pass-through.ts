// Answers of the gateway that a page loads by itself. They pass through here, so that a browser speaks with one host only.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const imageLimitMs = 10_000

/** @param gatewayUrl origin of the gateway */
export const passThrough = (app: FastifyInstance, { gatewayUrl }: { gatewayUrl: string }): void => {
  /** Null while the gateway does not answer, and when the visitor has left. */
  const ask = ({ url }: FastifyRequest, init: RequestInit): Promise<Response | null> =>
    fetch(new URL(url, gatewayUrl), init).catch(() => null)

  const image = async (request: FastifyRequest, reply: FastifyReply) => {
    const answer = await ask(request, { signal: AbortSignal.timeout(imageLimitMs) })
    const type = answer?.headers.get('content-type') ?? ''
    if (!answer?.ok || !type.startsWith('image/')) return reply.code(answer ? 404 : 503).send()
    return reply
      .type(type)
      .header('cache-control', answer.headers.get('cache-control') ?? 'public, max-age=3600')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .header('x-content-type-options', 'nosniff')
      .send(Buffer.from(await answer.arrayBuffer()))
  }
  app.get('/v1/images/*', image)
  app.get('/v1/media/*', image)

  app.get('/v1/products/:idOrSlug/stock-events', async (request, reply) => {
    const left = new AbortController()
    reply.raw.once('close', () => left.abort())
    const headers = { accept: 'text/event-stream', 'x-forwarded-for': request.ip }
    const answer = await ask(request, { headers, signal: left.signal })
    if (!answer?.ok) return reply.code(answer?.status === 404 ? 404 : 503).send()
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(answer.body)
  })
}
