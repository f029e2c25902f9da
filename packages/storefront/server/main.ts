// The storefront as a process: serves its files, the pictures of the shop, and pages rendered for each request.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { constants } from 'node:zlib'
import fastifyCompress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import { createRequest } from '@remix-run/node-fetch-server'
import Fastify, { type FastifyInstance } from 'fastify'
import { createRequestHandler, type RouterContext, RouterContextProvider, type ServerBuild } from 'react-router'
import { readConfig, type StorefrontConfig } from './config.ts'
import { passThrough } from './pass-through.ts'

const clientFolder = fileURLToPath(new URL('../build/client', import.meta.url))
const serverBuild = new URL('../build/server/index.js', import.meta.url).href

/** Scripts carry the nonce of their page; pictures may come from anywhere by https, because operators may enter any address. */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: https:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    // A form of the checkout leads on to the payment page.
    "form-action 'self' https: http://localhost:* http://127.0.0.1:*",
    "frame-ancestors 'none'",
  ].join('; ')

/** What the pages take from the server with each request; their module of the build exports it. */
interface Contexts {
  addressContext: RouterContext<string>
  nonceContext: RouterContext<string>
  settingsContext: RouterContext<StorefrontConfig>
}

const servePages = async (app: FastifyInstance, config: StorefrontConfig): Promise<void> => {
  const build: ServerBuild = await import(serverBuild)
  const module: object = build.entry.module
  const { addressContext, nonceContext, settingsContext } = module as Contexts
  const handle = createRequestHandler(build, 'production')
  app.all('/*', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    const context = new RouterContextProvider()
    context.set(addressContext, request.ip)
    context.set(nonceContext, nonce)
    context.set(settingsContext, config)
    const response = await handle(createRequest(request.raw, reply.raw), context)
    response.headers.set('content-security-policy', policyOf(nonce))
    response.headers.set('x-content-type-options', 'nosniff')
    response.headers.set('referrer-policy', 'strict-origin-when-cross-origin')
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
    return reply.send(response)
  })
}

const start = async (config: StorefrontConfig): Promise<FastifyInstance> => {
  const app = Fastify({ forceCloseConnections: true })
  // Forms are read by the page's action, from the raw request.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_, __, done) => done(null))
  app.get('/livez', async () => ({ status: 'ok' }))
  // The best quality takes longer than the page itself. Streams of events are left as they are.
  await app.register(fastifyCompress, { brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } } })
  // Names of built files carry a hash of their content; other files, such as `browse.js`, are asked for again.
  await app.register(fastifyStatic, {
    root: clientFolder,
    wildcard: false,
    setHeaders: (reply, path) =>
      reply.header(
        'cache-control',
        /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
      ),
  })
  passThrough(app, config)
  await servePages(app, config)
  await app.listen({ host: config.host, port: config.port })
  return app
}

const config = await readConfig(process.env)
const app = await start(config)
console.log(`storefront: listening on ${app.listeningOrigin}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
