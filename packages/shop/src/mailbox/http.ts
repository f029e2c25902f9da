// Web server of the mailbox: a page that shows mails, and the API of Mailpit under its paths.
import { readFileSync } from 'node:fs'
import { brandFolder } from '@cartwright/brand'
import { refuseForeignHosts } from '@cartwright/stripe-sandbox'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { StoredMail } from './mail.ts'
import type { MailboxFault } from './smtp.ts'
import type { MailStore } from './store.ts'

const pageFile = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8')

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
/** A mail may use styles and images but no scripts and no forms; its links open in a new tab. */
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; font-src data: http: https:"

interface Params {
  Params: { id: string; part: string }
  Querystring: { query?: string; start?: string; limit?: string; dl?: string }
}

const numberOf = (given: string | undefined, fallback: number): number =>
  /^\d{1,6}$/.test(given ?? '') ? Number(given) : fallback

const notFound = (reply: FastifyReply) => reply.code(404).type('text/plain').send('404 page not found')
const badRequest = (reply: FastifyReply, why: string) => reply.code(400).type('text/plain').send(why)

/** Values of the fault `failing-mails`. */
const faultStates: ReadonlyMap<string, MailboxFault> = new Map([
  ['on', 'connection'],
  ['refused', 'recipient'],
  ['off', null],
])

interface Selection {
  IDs: string[]
  Read: boolean
}

/** Parses `{IDs, Read}`; an empty body means all mails. Null for an invalid body. */
const selectionOf = (body: unknown): Selection | null => {
  if (body === undefined || body === null || body === '') return { IDs: [], Read: false }
  try {
    const { IDs = [], Read = false } = JSON.parse(String(body)) as Partial<Selection>
    return Array.isArray(IDs) && typeof Read === 'boolean' ? { IDs, Read } : null
  } catch {
    return null
  }
}

const withBase = (html: string): string => {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html
}

const serveLists = (app: FastifyInstance, store: MailStore): void => {
  app.get<Params>('/api/v1/messages', ({ query }) =>
    store.page({ start: numberOf(query.start, 0), limit: numberOf(query.limit, 50) }),
  )
  app.get<Params>('/api/v1/search', ({ query: { query = '', start, limit } }, reply) =>
    query.trim() === ''
      ? badRequest(reply, 'Error: no search query')
      : store.page({ query, start: numberOf(start, 0), limit: numberOf(limit, 50) }),
  )
  app.delete<Params>('/api/v1/search', ({ query: { query = '' } }, reply) => {
    if (query.trim() === '') return badRequest(reply, 'Error: no search query')
    store.removeMatching(query)
    return reply.type('text/plain').send('ok')
  })
  app.delete('/api/v1/messages', ({ body }, reply) => {
    const selection = selectionOf(body)
    if (selection === null) return badRequest(reply, 'Error: the body is not {"IDs": [...]}')
    store.remove(selection.IDs)
    return reply.type('text/plain').send('ok')
  })
  app.put('/api/v1/messages', ({ body }, reply) => {
    const selection = selectionOf(body)
    if (selection === null) return badRequest(reply, 'Error: the body is not {"IDs": [...], "Read": true}')
    store.mark(selection.IDs, selection.Read)
    return reply.type('text/plain').send('ok')
  })
}

const serveMails = (app: FastifyInstance, store: MailStore): void => {
  const withMail = (
    url: string,
    serve: (
      mail: StoredMail,
      reply: FastifyReply,
      request: { params: Params['Params']; query: Params['Querystring'] },
    ) => unknown,
  ) =>
    app.get<Params>(url, (request, reply) => {
      const mail = store.find(request.params.id, request.query.query)
      return mail === undefined ? notFound(reply) : serve(mail, reply, request)
    })
  withMail('/api/v1/message/:id', (mail) => {
    mail.summary.Read = true
    return mail.detail
  })
  withMail('/api/v1/message/:id/headers', (mail) => mail.headers)
  withMail('/api/v1/message/:id/raw', (mail, reply, { query }) => {
    if (query.dl === '1') void reply.header('content-disposition', `attachment; filename="${mail.summary.ID}.eml"`)
    return reply.type('text/plain; charset=utf-8').send(mail.raw)
  })
  withMail('/api/v1/message/:id/part/:part', (mail, reply, { params }) => {
    const part = mail.parts.get(params.part)
    if (part === undefined) return notFound(reply)
    const harmless = /^(image\/(?!svg)|application\/pdf|text\/plain)/.test(part.contentType)
    return reply
      .type(harmless ? part.contentType : 'application/octet-stream')
      .header(
        'content-disposition',
        `${harmless ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(part.fileName || params.part)}`,
      )
      .send(part.content)
  })
  withMail('/view/:id.html', (mail, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', mailPolicy).send(withBase(mail.detail.HTML)),
  )
  withMail('/view/:id.txt', (mail, reply) => reply.type('text/plain; charset=utf-8').send(mail.detail.Text))
}

const servePage = (app: FastifyInstance): void => {
  void app.register(fastifyStatic, { root: brandFolder, prefix: '/brand/', maxAge: '1d' })
  const files = [
    ['/', 'index.html', 'text/html'],
    ['/style.css', 'style.css', 'text/css'],
    ['/mail.css', 'mail.css', 'text/css'],
    ['/script.js', 'script.js', 'text/javascript'],
  ] as const
  for (const [url, name, type] of files) {
    const content = pageFile(name)
    app.get(url, (_, reply) => reply.type(`${type}; charset=utf-8`).header('content-security-policy', pagePolicy).send(content))
  }
}

/** Builds the web server without listening. @param hosts host names that it accepts in addition to loopback */
export const mailboxHttp = (
  store: MailStore,
  rejected: () => number,
  hosts: readonly string[],
  setFault: (fault: MailboxFault) => void,
): FastifyInstance => {
  const startedAt = Date.now()
  const app = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true })
  refuseForeignHosts(app, hosts)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.addHook('onSend', async (_, reply) => {
    void reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
  })
  app.setNotFoundHandler((_, reply) => notFound(reply))
  app.get('/livez', (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/readyz', (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/api/v1/info', () => {
    const { total, unread } = store.page({ start: 0, limit: 0 })
    const { accepted, acceptedSize, deleted } = store.counts
    return {
      Version: 'cartwright-mailbox',
      LatestVersion: '',
      Database: ':memory:',
      DatabaseSize: 0,
      Messages: total,
      Unread: unread,
      Tags: {},
      RuntimeStats: {
        Uptime: Math.floor((Date.now() - startedAt) / 1000),
        Memory: process.memoryUsage.rss(),
        MessagesDeleted: deleted,
        SMTPAccepted: accepted,
        SMTPAcceptedSize: acceptedSize,
        SMTPRejected: rejected(),
        SMTPIgnored: 0,
      },
    }
  })
  app.post<{ Params: { state: string } }>('/faults/failing-mails/:state', ({ params: { state } }, reply) => {
    const fault = faultStates.get(state)
    if (fault === undefined) return notFound(reply)
    setFault(fault)
    return reply.code(204).send()
  })
  serveLists(app, store)
  serveMails(app, store)
  servePage(app)
  return app
}
