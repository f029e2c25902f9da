// HTTP client of the gateway: typed by the contracts, and a failure is an error of one line.
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'

export type ApiInput<E extends Endpoint> = (ParamsOf<E> extends undefined ? { params?: undefined } : { params: ParamsOf<E> }) &
  (QueryOf<E> extends undefined ? { query?: undefined } : { query?: QueryOf<E> }) &
  (BodyOf<E> extends undefined ? { body?: undefined } : { body?: BodyOf<E> }) & { /** Idempotency-Key. */ key?: string }

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

/**
 * Calls an endpoint of the gateway at `url`.
 * @param token access token; null for none
 * @throws ProgramError with the gateway's error
 */
export const callApi = async <E extends Endpoint>(
  url: string,
  endpoint: E,
  input: ApiInput<E>,
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
