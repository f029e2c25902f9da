// Core of both clients: makes a call with its token, its key and its retries, and binds the methods of the generated tables.
import { type Attempt, createSend, type Input, readAnswer } from './attempt.ts'
import { type Call, isRepeatable, parseCall, splitArguments } from './call.ts'
import { isApiError } from './errors.ts'
import type { Tokens } from './generated/types.ts'
import type { ClientOptions, ConditionalOptions, KeyedOptions } from './options.ts'
import { paged } from './paging.ts'
import { withRetries } from './retry.ts'
import { createSession, type Session } from './session.ts'
import { memoryTokens } from './token-store.ts'

export type AnyOptions = KeyedOptions & ConditionalOptions & Pick<Partial<Attempt>, 'headers' | 'credentials'>

export interface Core {
  session: Session
  /** Makes a call of the tables and reads its answer. */
  request<Answer = unknown>(operationId: string, input?: Input, options?: AnyOptions): Promise<Answer>
  /** Sends a call with the token of the session, and again with a fresh one when that has expired. */
  authorised<T>(call: Call, input: Input, options: AnyOptions, read: (response: Response) => Promise<T> | T): Promise<T>
  /** The methods of a generated table, which its interface `Methods` types. */
  bind<Methods>(table: Readonly<Record<string, Readonly<Record<string, string>>>>): Methods
}

/** An UUID, also where the page has no secure context and thus no `randomUUID`. */
const newKey = (): string =>
  crypto.randomUUID?.() ??
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const defaultTimeoutMs = 10_000

/** Fills in the client's currency and language where the call takes one and the caller named none. */
const withDefaults = (call: Call, input: Input, { currency, locale }: ClientOptions): Input => {
  const missing = {
    ...(call.takesCurrency && currency ? { currency } : {}),
    ...(call.takesLocale && locale ? { locale } : {}),
  }
  if (Object.keys(missing).length === 0) return input
  return call.method === 'GET'
    ? { ...input, query: { ...missing, ...input.query } }
    : { ...input, body: { ...missing, ...(input.body as object | undefined) } }
}

const createAuthorised = (options: ClientOptions): Pick<Core, 'session' | 'authorised'> => {
  const {
    baseUrl,
    locale,
    tokens = memoryTokens(),
    timeoutMs = defaultTimeoutMs,
    fetch = (...given) => globalThis.fetch(...given),
  } = options
  const send = createSend(baseUrl, fetch)
  const language = { 'accept-language': locale }
  const session = createSession(tokens, (path, body, { headers, ...more }) =>
    send(
      { method: 'POST', path, body, headers: { ...language, ...headers }, timeoutMs, signal: undefined, ...more },
      readAnswer,
    ).then((answer) => answer as Tokens),
  )
  const tokenOf = async ({ access }: Call): Promise<string | undefined> => {
    if (access === 'public') return undefined
    return (access === 'shopper' ? await session.open() : await session.resume())?.accessToken
  }
  const authorised: Core['authorised'] = async (call, input, own, read) => {
    const headers = {
      ...language,
      'idempotency-key': call.isKeyed ? (own.idempotencyKey ?? newKey()) : undefined,
      ...own.headers,
    }
    const limit = own.timeoutMs ?? Math.max(timeoutMs, call.timeoutMs)
    const filled = withDefaults(call, input, options)
    const sendAs = (token: string | undefined) => {
      const authorization = token && `Bearer ${token}`
      const attempt = { ...call, ...filled, headers: { ...headers, authorization }, timeoutMs: limit, signal: own.signal }
      const once = () => send({ ...attempt, ...(own.credentials ? { credentials: own.credentials } : {}) }, read)
      return isRepeatable(call) ? withRetries(once, own.signal) : once()
    }
    const used = own.accessToken ?? (await tokenOf(call))
    try {
      return await sendAs(used)
    } catch (error) {
      if (own.accessToken || !used || !isApiError(error, 'unauthenticated')) throw error
      const fresh = await session.refresh(used)
      if (!fresh) throw error
      return sendAs(fresh.accessToken)
    }
  }
  return { session, authorised }
}

const mapValues = <T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))

export const createCore = (options: ClientOptions, calls: Readonly<Record<string, string>>): Core => {
  const { session, authorised } = createAuthorised(options)
  /** ETags of the objects that were read, for conditional writes. */
  const etags = new WeakMap<object, string>()
  const read = async (response: Response): Promise<unknown> => {
    const answer = await readAnswer(response)
    const etag = response.headers.get('etag')
    if (etag && typeof answer === 'object' && answer !== null) etags.set(answer, etag)
    return answer
  }
  const etagOf = (given: object | string | undefined) => (typeof given === 'object' ? etags.get(given) : given)

  const callOf = (operationId: string): Call => {
    const line = calls[operationId]
    if (line === undefined) throw new TypeError(`The shop has no operation ${operationId}`)
    return parseCall(line)
  }
  const request = async <Answer>(operationId: string, input: Input = {}, own: AnyOptions = {}): Promise<Answer> => {
    const conditional = { ...own, headers: { 'if-match': etagOf(own.ifMatch), ...own.headers } }
    return (await authorised(callOf(operationId), input, conditional, read)) as Answer
  }
  const methodOf = (target: string) => {
    const operationId = target.replace('*', '')
    const call = callOf(operationId)
    return (...values: unknown[]): unknown => {
      const { input, options: own } = splitArguments(call, values)
      if (!target.endsWith('*')) return request(operationId, input, own)
      return paged((cursor) => {
        const query = { ...input.query, ...(cursor === undefined ? {} : { cursor }) }
        return request<{ items: unknown[]; nextCursor: string | null }>(operationId, { ...input, query }, own)
      })
    }
  }
  const bind = <Methods>(table: Readonly<Record<string, Readonly<Record<string, string>>>>): Methods =>
    mapValues(table, (methods) => mapValues(methods, methodOf)) as Methods
  return { session, authorised, request, bind }
}
