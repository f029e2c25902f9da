// HTTP server beneath the fakes of mail providers: it stores what a provider would accept, and fails in the ways a test names.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A mail as the provider has taken it. */
export interface TakenMail {
  to: string
  /** Name of the recipient; empty when there is none. */
  toName: string
  from: string
  replyTo: string | null
  subject: string
  text: string
  html: string
  /** Headers by lower-case name. */
  headers: Readonly<Record<string, string>>
  /** Values that webhook events repeat. */
  variables: Readonly<Record<string, string>>
}

export interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: unknown
}

/** `hang`: no answer. `cut`: the mail is taken, and the connection ends before the answer. An answer is given instead of the usual one. */
export type MailFailure = 'hang' | 'cut' | Answer

export interface ApiRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface FakeMailProvider extends AsyncDisposable {
  url: string
  /** Taken mails, oldest first. */
  mails: TakenMail[]
  mailsTo(address: string): TakenMail[]
  /** Fails every request in this way; null answers as usual. */
  fail(how: MailFailure | null): void
}

/** A valid request brings a mail; another one the provider's refusal. */
type Take = (request: ApiRequest) => Promise<{ mail: TakenMail | null; answer: Answer }>

const send = (response: ServerResponse, { status, headers = {}, body }: Answer): void => {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { ...(text === '' ? {} : { 'content-type': 'application/json' }), ...headers }).end(text)
}

const requestOf = async (request: IncomingMessage): Promise<ApiRequest> => ({
  method: request.method ?? '',
  path: request.url ?? '',
  headers: request.headers,
  body: await buffer(request),
})

/** Starts a fake provider on a loopback port. */
export const startMailApi = async (take: Take): Promise<FakeMailProvider> => {
  const mails: TakenMail[] = []
  let failure: MailFailure | null = null
  const server = createServer((incoming, response) => {
    void requestOf(incoming).then(async (request) => {
      if (failure === 'hang') return
      if (failure !== null && failure !== 'cut') return send(response, failure)
      const { mail, answer } = await take(request)
      if (mail !== null) mails.push(mail)
      if (failure === 'cut') response.destroy()
      else send(response, answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    mailsTo: (address) => mails.filter(({ to }) => to === address),
    fail: (how) => {
      failure = how
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
