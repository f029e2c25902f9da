// Client of the admin API: signs in at the gateway, is typed by the contracts, and reports a failure in one line.
import { type BodyOf, type Endpoint, identityApi, type ParamsOf, type QueryOf, type ResponseOf } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'

type Input<E extends Endpoint> = (ParamsOf<E> extends undefined ? { params?: undefined } : { params: ParamsOf<E> }) &
  (QueryOf<E> extends undefined ? { query?: undefined } : { query?: QueryOf<E> }) &
  (BodyOf<E> extends undefined ? { body?: undefined } : { body?: BodyOf<E> }) & { /** Idempotency-Key. */ key?: string }

export interface AdminApi {
  /** @throws ProgramError with the gateway's error */
  call<E extends Endpoint>(endpoint: E, input: Input<E>): Promise<ResponseOf<E>>
  /** Ends the session. */
  close(): Promise<void>
}

/** Added to the contract's timeout, for a gateway that is busy or unreachable. */
const slackMs = 5000

const addressOf = (endpoint: Endpoint, params: object = {}, query: object = {}): string => {
  const values = new Map(Object.entries(params))
  const path = endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]])),
  ).toString()
  return search === '' ? path : `${path}?${search}`
}

interface Problem {
  title?: string
  code?: string
  detail?: string
  traceId?: string
  errors?: { path: string; message: string }[]
}

const sentence = (status: number, { title, code, detail, traceId, errors = [] }: Problem): string => {
  const parts = [
    `${title ?? 'The request failed'} (${status}${code ? ` ${code}` : ''})`,
    ...(detail && detail !== title ? [detail] : []),
    ...errors.map(({ path, message }) => `${path} ${message}`),
    ...(traceId ? [`trace ${traceId}`] : []),
  ]
  return parts.join('; ')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const send = async <E extends Endpoint>(
  url: string,
  endpoint: E,
  input: Input<E>,
  token: string | null,
): Promise<ResponseOf<E>> => {
  const { params, query, body, key } = input as { params?: object; query?: object; body?: unknown; key?: string }
  const response = await fetch(url + addressOf(endpoint, params, query), {
    method: endpoint.method,
    signal: AbortSignal.timeout((endpoint.timeoutMs ?? 10_000) + slackMs),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new ProgramError(`The gateway at ${url} does not answer.`, { cause: error })
  })
  const answer = parsed(await response.text())
  if (!response.ok) throw new ProgramError(sentence(response.status, (answer ?? {}) as Problem))
  return answer as ResponseOf<E>
}

export interface Credentials {
  url: string
  email: string
  password: string
}

/** Signs in. @throws ProgramError when the gateway refuses, or the account is not an admin */
export const openAdminApi = async ({ url, email, password }: Credentials): Promise<AdminApi> => {
  const tokens = await send(url, identityApi.login, { body: { email, password } }, null)
  const close = async () => {
    await send(url, identityApi.logout, { body: { refreshToken: tokens.refreshToken } }, null)
  }
  if (tokens.principal.role !== 'admin') {
    await close()
    throw new ProgramError(`${email} is not an admin.`)
  }
  return { call: (endpoint, input) => send(url, endpoint, input, tokens.accessToken), close }
}
